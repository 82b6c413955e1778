// The page of a ticket: buying it, or editing and withdrawing it.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useParams } from 'wouter'

import { listOrders } from '../api/orders'
import { deleteTicket, getTicket } from '../api/tickets'
import { Buy } from '../checkout/buy'
import { type ShownTicket, keys } from '../live/cache'
import { type SaleStatus, saleStatus } from '../market/sales'
import { AdmissionsOfTicket } from '../passes/admissions-view'
import { type Session, useSession } from '../session/context'
import { signInPath } from '../session/return-path'
import { useI18n, useTexts } from '../texts/context'
import { useAnnounce } from '../ui/announcer'
import { Button, ButtonLink } from '../ui/button'
import { Confirm } from '../ui/confirm'
import { Description } from '../ui/details'
import { Failure } from '../ui/failure'
import { Late } from '../ui/late'
import { Notice } from '../ui/notice'
import { Page } from '../ui/page'
import { Panel } from '../ui/panel'
import { Resource } from '../ui/resource'
import { TicketBadge } from '../ui/status'
import { SplitSkeleton, Stub } from '../ui/stub'
import { Moment } from '../ui/time'
import { TitleText, useTitleText } from '../ui/title'
import { useLastPast } from '../ui/use-now'
import { useHeld, useIsWriting, useWrite } from '../ui/use-write'

export default function TicketPage() {
  const { id = '' } = useParams<{ id: string }>()
  return <TicketDetails key={id} id={id} />
}

function TicketDetails({ id }: { id: string }) {
  const texts = useTexts()
  const found = useQuery<ShownTicket>({ queryKey: keys.ticket(id), queryFn: ({ signal }) => getTicket(id, signal) })
  const ticket = useHeld(keys.ticket(id), found.data)
  useStatusAnnouncements(ticket)
  return (
    <Resource found={found} missing={texts.ticket.missing} hint={texts.ticket.missingHint} skeleton={<SplitSkeleton />}>
      {(data) => <TicketView ticket={ticket ?? data} />}
    </Resource>
  )
}

function TicketView({ ticket }: { ticket: ShownTicket }) {
  const { texts, format } = useI18n()
  const titleText = useTitleText()
  const session = useSession()
  const status = saleStatus(ticket, useLastPast([ticket.startsAt]))
  const gone = status !== 'available' && status !== 'reserved'
  return (
    <Page title={titleText(ticket.title)} heading={null}>
      <div className="split">
        <Stub title={ticket.title} details={ticket} muted={gone} foot={<TicketBadge ticket={ticket} />}>
          <Description details={ticket} />
          <dl className="facts">
            {ticket.createdAt && <Fact label={texts.ticket.listed} at={ticket.createdAt} />}
            {ticket.updatedAt && ticket.version > 0 && <Fact label={texts.ticket.changed} at={ticket.updatedAt} />}
          </dl>
          {ticket.status === 'sold' && session.user?.id === ticket.userId && <AdmissionsOfTicket user={session.user} ticketId={ticket.id} />}
        </Stub>
        <Panel label={texts.ticket.price} docked>
          <p className={gone ? 'price gone' : 'price'}>{format.money(ticket.price)}</p>
          <TicketActions ticket={ticket} status={status} session={session} />
        </Panel>
      </div>
    </Page>
  )
}

const Fact = ({ label, at }: { label: string; at: string }) => (
  <div>
    <dt>{label}</dt>
    <dd>
      <Moment at={at} />
    </dd>
  </div>
)

/** Announces a change of status while the page is open. */
function useStatusAnnouncements(ticket: ShownTicket | undefined): void {
  const texts = useTexts()
  const { announce } = useAnnounce()
  const previous = useRef<string>(undefined)
  useEffect(() => {
    if (previous.current && ticket && previous.current !== ticket.status) {
      announce({ sold: texts.ticket.soldLive, reserved: texts.ticket.reservedLive, available: texts.ticket.availableLive }[ticket.status])
    }
    previous.current = ticket?.status
  }, [ticket, announce, texts])
}

function TicketActions({ ticket, status, session }: { ticket: ShownTicket; status: SaleStatus; session: Session }) {
  const texts = useTexts()
  if (status === 'withdrawn') return <Notice text={texts.ticket.withdrawn} />
  // While the session is unknown, offer no action that might be removed again.
  if (session.error) return <Failure error={session.error} retry={session.retry} />
  if (session.state === 'unknown') return <div className="actions action-placeholder" />
  if (session.user?.id === ticket.userId) return <OwnerActions ticket={ticket} hasEnded={status === 'ended'} />
  if (status !== 'available') return <UnavailableTicket ticket={ticket} userId={session.user?.id} text={texts.ticket[status]} />
  if (!session.user) {
    return (
      <div className="actions">
        <ButtonLink to={signInPath(`/tickets/${ticket.id}`)} variant="primary" wide>
          {texts.ticket.signInToBuy}
        </ButtonLink>
        <p className="hint">{texts.ticket.hold}</p>
      </div>
    )
  }
  return <Buy ticket={ticket} userId={session.user.id} />
}

/** A ticket that nobody can order. If the order belongs to the user, links to it. */
function UnavailableTicket({ ticket, userId, text }: { ticket: ShownTicket; userId: string | undefined; text: string }) {
  const texts = useTexts()
  const orders = useQuery({
    queryKey: keys.orders(userId ?? ''),
    queryFn: ({ signal }) => listOrders(userId ?? '', signal),
    enabled: userId !== undefined,
    // The order may be younger than orders that were read before.
    staleTime: 0,
  })
  const own = orders.data?.find((order) => order.id === ticket.orderId)
  if (!own && orders.isFetching) return <div className="actions action-placeholder" />
  if (!own && orders.isError) return <Failure error={orders.error} retry={() => void orders.refetch()} />
  if (!own) return <Notice text={text} />
  return (
    <div className="actions">
      <ButtonLink to={`/orders/${own.id}`} variant="primary" wide>
        {texts.ticket.toOrder}
      </ButtonLink>
    </div>
  )
}

function OwnerActions({ ticket, hasEnded }: { ticket: ShownTicket; hasEnded: boolean }) {
  const texts = useTexts()
  const [isDialogOpen, setDialogOpen] = useState(false)
  const isWriting = useIsWriting(keys.ticket(ticket.id))
  const isSold = ticket.status === 'sold'
  if (ticket.status !== 'available') {
    return <Notice title={isSold ? texts.ticket.mineSold : texts.ticket.mine} text={isSold ? texts.ticket.lockedSold : texts.ticket.locked} />
  }
  return (
    <div className="actions">
      <p>{texts.ticket.mine}</p>
      {hasEnded && <p>{texts.ticket.ended}</p>}
      <div className="row">
        <ButtonLink to={`/tickets/${ticket.id}/edit`} variant="primary">
          {texts.ticket.edit}
        </ButtonLink>
        <Button variant="danger" disabled={isWriting} onClick={() => setDialogOpen(true)}>
          {texts.ticket.withdraw}
        </Button>
      </div>
      <Late busy={isWriting} />
      {isDialogOpen && <WithdrawDialog ticket={ticket} onClose={() => setDialogOpen(false)} />}
    </div>
  )
}

function WithdrawDialog({ ticket, onClose }: { ticket: ShownTicket; onClose: () => void }) {
  const texts = useTexts()
  const client = useQueryClient()
  const withdrawal = useWrite({
    changes: keys.ticket(ticket.id),
    mutationFn: () => deleteTicket(ticket.userId, ticket),
    userId: ticket.userId,
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.tickets }),
    onError: () => void client.invalidateQueries({ queryKey: keys.ticket(ticket.id) }),
    onShow: () => client.removeQueries({ queryKey: keys.ticket(ticket.id) }),
    message: () => ({ text: texts.ticket.withdrawDone, to: '/listings' }),
    shows: 'next',
  })
  return (
    <Confirm
      title={texts.ticket.withdrawTitle}
      error={withdrawal.error}
      busy={withdrawal.isPending || withdrawal.isSuccess}
      keep={texts.ticket.keep}
      confirm={texts.ticket.withdraw}
      confirming={texts.ticket.withdrawing}
      onClose={onClose}
      onConfirm={() => withdrawal.mutate()}
    >
      <p>
        <TitleText title={ticket.title} />
      </p>
      <p>{texts.ticket.withdrawText}</p>
    </Confirm>
  )
}
