// The page to edit a listing.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useParams } from 'wouter'

import { isStatus } from '../api/problem'
import { type Draft, getTicket, isSaved, updateTicket } from '../api/tickets'
import type { Ticket, User } from '../api/types'
import { type ShownTicket, keys } from '../live/cache'
import { draftOfDetails } from '../market/details'
import { SignedIn } from '../session/guard'
import { useI18n, useTexts } from '../texts/context'
import { Button, ButtonLink } from '../ui/button'
import { DraftForm, FormSkeleton } from '../ui/draft'
import { NotSaved, useKept } from '../ui/kept'
import { Notice } from '../ui/notice'
import { Page } from '../ui/page'
import { Resource } from '../ui/resource'
import { useTitleText } from '../ui/title'
import { useHeld, useIsWriting, useWrite } from '../ui/use-write'

export default function Edit() {
  const texts = useTexts()
  const { id = '' } = useParams<{ id: string }>()
  return <SignedIn title={texts.edit.title} skeleton={<FormSkeleton />} narrow>{(user) => <EditTicket key={id} id={id} user={user} />}</SignedIn>
}

function EditTicket({ id, user }: { id: string; user: User }) {
  const texts = useTexts()
  const found = useQuery<ShownTicket>({ queryKey: keys.ticket(id), queryFn: ({ signal }) => getTicket(id, signal) })
  return (
    <Resource
      found={found}
      title={texts.edit.title}
      missing={texts.ticket.missing}
      hint={texts.ticket.missingHint}
      skeleton={<FormSkeleton />}
      // Once it is known to be withdrawn, the page says more than that it is missing.
      forget={!found.data?.withdrawn}
    >
      {(ticket) => <EditPage ticket={ticket} user={user} />}
    </Resource>
  )
}

function EditPage({ ticket: latest, user }: { ticket: ShownTicket; user: User }) {
  const ticket = useHeld(keys.ticket(latest.id), latest)
  const obstacle = editObstacle(ticket, user)
  return obstacle ? <Uneditable ticket={ticket} user={user} obstacle={obstacle} /> : <EditForm ticket={ticket} user={user} />
}

type Obstacle = 'notOwner' | 'withdrawn' | 'sold' | 'reserved'

function editObstacle(ticket: ShownTicket, user: User): Obstacle | null {
  if (ticket.userId !== user.id) return 'notOwner'
  if (ticket.withdrawn) return 'withdrawn'
  return ticket.status === 'available' ? null : ticket.status
}

interface Typed {
  version: number
  draft: Draft
}

const useTyped = (ticket: Ticket, user: User) => useKept<Typed>(user.id, `edit:${ticket.id}`, ({ draft }) => isSaved(ticket, draft))

/** A listing that cannot be edited. What was typed is kept while the listing may become available again. */
function Uneditable({ ticket, user, obstacle }: { ticket: ShownTicket; user: User; obstacle: Obstacle }) {
  const texts = useTexts()
  const kept = useTyped(ticket, user)
  const isOver = obstacle !== 'reserved'
  useEffect(() => {
    if (isOver) kept.forget()
  })
  return (
    <Page title={texts.edit.title} narrow>
      <Notice
        tone="warn"
        title={{ notOwner: texts.edit.notOwner, withdrawn: texts.ticket.withdrawn, sold: texts.ticket.mineSold, reserved: texts.ticket.mine }[obstacle]}
        text={{ notOwner: texts.edit.notOwnerHint, withdrawn: '', sold: texts.ticket.lockedSold, reserved: texts.ticket.locked }[obstacle]}
      >
        {kept.earlier && <p>{isOver ? texts.edit.lost : texts.edit.kept}</p>}
      </Notice>
      <ButtonLink to={`/tickets/${ticket.id}`}>{texts.common.back}</ButtonLink>
    </Page>
  )
}

const draftOf = (ticket: Ticket): Draft => ({ title: ticket.title, price: String(ticket.price), ...draftOfDetails(ticket) })

/** The feed updates `ticket`; the form edits the version that was loaded first. */
function EditForm({ ticket, user }: { ticket: ShownTicket; user: User }) {
  const { texts, format } = useI18n()
  const titleText = useTitleText()
  const client = useQueryClient()
  const [base, setBase] = useState<{ seen: Ticket; generation: number }>({ seen: ticket, generation: 0 })
  const kept = useTyped(ticket, user)
  // Restored input may belong to an earlier version.
  const [first] = useState(ticket.version)
  const isOutdated = kept.earlier !== null && kept.earlier.version < first
  const change = useWrite({
    changes: keys.ticket(ticket.id),
    userId: user.id,
    mutationFn: (draft: Draft) => updateTicket(user.id, base.seen, draft),
    onSuccess: (changed) => {
      client.setQueryData(keys.ticket(changed.id), changed)
      void client.invalidateQueries({ queryKey: keys.tickets })
      kept.forget()
    },
    message: ({ id }) => ({ text: texts.edit.done, to: `/tickets/${id}` }),
    shows: 'next',
    onError: async (error) => {
      if (!isStatus(error, 412)) return
      const now = await client.fetchQuery({ queryKey: keys.ticket(ticket.id), queryFn: () => getTicket(ticket.id), staleTime: 0 })
      // The conflict is shown, so the next save applies to the current version.
      setBase(({ generation }) => ({ seen: now, generation }))
    },
  })
  const isHeld = useIsWriting(keys.ticket(ticket.id)) && !change.isPending
  // The response is late or was lost, and the listing is what was sent.
  const isChanged = change.variables !== undefined && ticket.version > base.seen.version && isSaved(ticket, change.variables)
  useEffect(() => {
    if (isChanged) kept.forget()
  })
  const conflict = isStatus(change.error, 412) || (isOutdated && change.isIdle)
  const beginAgain = (seen: Ticket) => {
    change.reset()
    kept.discard()
    setBase(({ generation }) => ({ seen, generation: generation + 1 }))
  }
  if (isChanged && !change.isSuccess) {
    return (
      <Page title={texts.edit.title} narrow>
        <Notice tone="good" title={texts.edit.done} />
        <ButtonLink to={`/tickets/${ticket.id}`}>{texts.common.back}</ButtonLink>
      </Page>
    )
  }
  return (
    <Page title={texts.edit.title} narrow>
      {conflict && (
        <Notice tone="warn" title={texts.edit.conflict} alert>
          <p>{texts.edit.conflictHint(titleText(base.seen.title), format.money(base.seen.price))}</p>
          {kept.earlier && <p>{`${texts.form.notSaved}. ${texts.form.notSavedHint}`}</p>}
          <Button onClick={() => beginAgain(base.seen)}>{texts.edit.takeOver}</Button>
        </Notice>
      )}
      {kept.earlier && !conflict && <NotSaved onDiscard={() => beginAgain(ticket)} />}
      <DraftForm
        key={base.generation}
        initial={kept.earlier?.draft ?? draftOf(base.seen)}
        label={texts.edit.title}
        error={change.error}
        quiet={conflict}
        busy={change.isPending || change.isSuccess}
        held={isHeld}
        submit={texts.edit.submit}
        submitting={texts.edit.submitting}
        onType={(draft) => kept.keep({ version: base.seen.version, draft })}
        onSubmit={(draft) => change.mutate(draft)}
      />
      <ButtonLink to={`/tickets/${ticket.id}`} wide onClick={kept.forget}>
        {texts.common.cancel}
      </ButtonLink>
    </Page>
  )
}
