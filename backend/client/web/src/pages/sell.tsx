// The page to list a ticket.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'

import { pendingAttempt } from '../api/attempts'
import { type Draft, EMPTY_DRAFT, createTicket, listingPurpose } from '../api/tickets'
import type { User } from '../api/types'
import { keys } from '../live/cache'
import { useIsCurrentUser } from '../session/context'
import { SignedIn } from '../session/guard'
import { useTexts } from '../texts/context'
import { useAnnounce } from '../ui/announcer'
import { DraftForm, FormSkeleton } from '../ui/draft'
import { NotSaved, useKept } from '../ui/kept'
import { Notice } from '../ui/notice'
import { Page } from '../ui/page'
import { useWrite } from '../ui/use-write'

export default function Sell() {
  const texts = useTexts()
  return <SignedIn title={texts.sell.title} skeleton={<FormSkeleton />} narrow>{(user) => <SellForm user={user} />}</SignedIn>
}

function SellForm({ user }: { user: User }) {
  const texts = useTexts()
  const client = useQueryClient()
  const [, navigate] = useLocation()
  const { showToast } = useAnnounce()
  const isCurrentUser = useIsCurrentUser(user.id)
  const kept = useKept<Draft>(user.id, 'sell')
  const [pending] = useState(() => pendingAttempt<Draft>(listingPurpose(user.id)))
  const listing = useWrite({
    mutationFn: (draft: Draft) => createTicket(user.id, draft),
    onSuccess: (ticket) => {
      client.setQueryData(keys.ticket(ticket.id), ticket)
      void client.invalidateQueries({ queryKey: keys.tickets })
      kept.forget()
      if (!isCurrentUser()) return
      showToast(texts.sell.done)
      navigate(`/tickets/${ticket.id}`, { replace: true })
    },
  })
  return (
    <Page title={texts.sell.title} lead={texts.sell.lead} narrow>
      {pending && listing.isIdle && <Notice tone="warn" text={texts.sell.unfinished} />}
      {kept.earlier && !pending && <NotSaved onDiscard={kept.discard} />}
      <DraftForm
        key={kept.earlier ? 'earlier' : 'empty'}
        initial={{ ...EMPTY_DRAFT, ...(pending ?? kept.earlier) }}
        label={texts.sell.title}
        error={listing.error}
        busy={listing.isPending || listing.isSuccess}
        submit={texts.sell.submit}
        submitting={texts.sell.submitting}
        onType={kept.keep}
        onSubmit={(draft) => listing.mutate(draft)}
      />
    </Page>
  )
}
