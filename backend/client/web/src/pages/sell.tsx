// The page to list a ticket.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { forgetAttempt, pendingAttempt } from '../api/attempts'
import { type Draft, EMPTY_DRAFT, createTicket, listingPurpose } from '../api/tickets'
import type { User } from '../api/types'
import { keys } from '../live/cache'
import { SignedIn } from '../session/guard'
import { useTexts } from '../texts/context'
import { DraftForm, FormSkeleton } from '../ui/draft'
import { NotSaved, useKept } from '../ui/kept'
import { Page } from '../ui/page'
import { useWrite } from '../ui/use-write'

export default function Sell() {
  const texts = useTexts()
  return <SignedIn title={texts.sell.title} skeleton={<FormSkeleton />} narrow>{(user) => <SellForm user={user} />}</SignedIn>
}

function SellForm({ user }: { user: User }) {
  const texts = useTexts()
  const client = useQueryClient()
  const kept = useKept<Draft>(user.id, 'sell')
  const [pending, setPending] = useState(() => pendingAttempt<Draft>(listingPurpose(user.id)))
  const earlier = pending ?? kept.earlier
  const listing = useWrite({
    userId: user.id,
    mutationFn: (draft: Draft) => createTicket(user.id, draft),
    onSuccess: (ticket) => {
      client.setQueryData(keys.ticket(ticket.id), ticket)
      void client.invalidateQueries({ queryKey: keys.tickets })
      kept.forget()
    },
    message: ({ id }) => ({ text: texts.sell.done, to: `/tickets/${id}` }),
    shows: 'next',
  })
  const discard = () => {
    forgetAttempt(listingPurpose(user.id))
    setPending(null)
    kept.discard()
  }
  return (
    <Page title={texts.sell.title} lead={texts.sell.lead} narrow>
      {earlier && listing.isIdle && <NotSaved unknown={pending ? texts.sell.unfinished : undefined} onDiscard={discard} />}
      <DraftForm
        key={earlier ? 'earlier' : 'empty'}
        initial={{ ...EMPTY_DRAFT, ...earlier }}
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
