// List a ticket.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'

import { unfinished } from '../api/attempts'
import { type Draft, LISTING, createTicket } from '../api/tickets'
import type { User } from '../api/types'
import { keys } from '../live/cache'
import { useIsShown } from '../session/context'
import { SignedIn } from '../session/guard'
import { useTexts } from '../texts/context'
import { useAnnounce } from '../ui/announcer'
import { DraftForm, FormSkeleton } from '../ui/draft'
import { Notice } from '../ui/notice'
import { Page } from '../ui/page'

export default function Sell() {
  const texts = useTexts()
  return <SignedIn title={texts.sell.title} skeleton={<FormSkeleton />}>{(user) => <SellForm user={user} />}</SignedIn>
}

function SellForm({ user }: { user: User }) {
  const texts = useTexts()
  const client = useQueryClient()
  const [, navigate] = useLocation()
  const { show } = useAnnounce()
  const isShown = useIsShown(user.id)
  const [left] = useState(() => unfinished<Draft>(LISTING(user.id)))
  const listing = useMutation({
    networkMode: 'always',
    mutationFn: (draft: Draft) => createTicket(user.id, draft),
    onSuccess: (ticket) => {
      client.setQueryData(keys.ticket(ticket.id), ticket)
      void client.invalidateQueries({ queryKey: keys.tickets })
      if (!isShown()) return
      show(texts.sell.done)
      navigate(`/tickets/${ticket.id}`, { replace: true })
    },
  })
  return (
    <Page title={texts.sell.title} lead={texts.sell.lead} narrow>
      {left && listing.isIdle && (
        <Notice tone="warn">
          <p>{texts.sell.unfinished}</p>
        </Notice>
      )}
      <DraftForm
        initial={left ?? { title: '', price: '' }}
        label={texts.sell.title}
        error={listing.error}
        busy={listing.isPending || listing.isSuccess}
        submit={texts.sell.submit}
        submitting={texts.sell.submitting}
        onSubmit={(draft) => listing.mutate(draft)}
      />
    </Page>
  )
}
