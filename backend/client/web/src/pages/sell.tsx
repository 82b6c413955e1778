// The page to list a ticket.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { forgetAttempt, pendingAttempt } from '../api/attempts'
import { type Draft, EMPTY_DRAFT, createTicket, isSameListing, listingPurpose } from '../api/tickets'
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
  const purpose = listingPurpose(user.id)
  // A listing whose outcome is unknown. A changed form is another listing.
  const sent = pendingAttempt<Draft>(purpose)
  const [form, setForm] = useState({ generation: 0, initial: sent ?? kept.earlier })
  const [typed, setTyped] = useState(form.initial)
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
    forgetAttempt(purpose)
    kept.discard()
    listing.reset()
    setTyped(null)
    setForm(({ generation }) => ({ generation: generation + 1, initial: null }))
  }
  const isOther = sent !== null && typed !== null && !isSameListing(sent, typed)
  const unknown = sent ? (isOther ? texts.sell.other : texts.sell.unfinished) : undefined
  return (
    <Page title={texts.sell.title} lead={texts.sell.lead} narrow>
      {(listing.isIdle ? (sent ?? form.initial) : listing.isError && sent) && <NotSaved unknown={unknown} onDiscard={discard} />}
      <DraftForm
        key={form.generation}
        initial={{ ...EMPTY_DRAFT, ...form.initial }}
        label={texts.sell.title}
        error={listing.error}
        busy={listing.isPending || listing.isSuccess}
        submit={texts.sell.submit}
        submitting={texts.sell.submitting}
        onType={(draft) => {
          setTyped(draft)
          kept.keep(draft)
        }}
        onSubmit={(draft) => listing.mutate(draft)}
      />
    </Page>
  )
}
