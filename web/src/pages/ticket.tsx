// One ticket: buy it, or, where it is one's own, change or withdraw it.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useLocation, useParams } from 'wouter'

import { listOrders } from '../api/orders'
import { deleteTicket, getTicket } from '../api/tickets'
import { Buy } from '../checkout/buy'
import { type ShownTicket, keys } from '../live/cache'
import { type Session, useIsShown, useSession } from '../session/context'
import { signInPath } from '../session/return'
import { useSpeech, useTexts } from '../texts/context'
import { errorText } from '../texts/errors'
import { useAnnounce } from '../ui/announcer'
import { Button, ButtonLink } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { FailedPage, Failure } from '../ui/failure'
import { Notice } from '../ui/notice'
import { Page } from '../ui/page'
import { TicketBadge } from '../ui/status'
import { Stub } from '../ui/stub'
import { Moment } from '../ui/time'
import { TitleText, useTitleText } from '../ui/title'

export default function TicketPage() {
  const { id = '' } = useParams<{ id: string }>()
  return <OneTicket key={id} id={id} />
}

function OneTicket({ id }: { id: string }) {
  const { texts, format } = useSpeech()
  const titleText = useTitleText()
  const session = useSession()
  const found = useQuery<ShownTicket>({ queryKey: keys.ticket(id), queryFn: ({ signal }) => getTicket(id, signal) })
  const ticket = found.data
  useSaidChanges(ticket)
  if (found.isError && !ticket) {
    return (
      <FailedPage
        error={found.error}
        retry={() => void found.refetch()}
        missing={texts.ticket.missing}
        hint={texts.ticket.missingHint}
      />
    )
  }
  if (!ticket) return <TicketSkeleton />
  return (
    <Page title={titleText(ticket.title)} heading={<TitleText title={ticket.title} />} narrow>
      <Stub
        large
        muted={ticket.status === 'sold' || ticket.withdrawn === true}
        foot={
          <>
            <span className="price">{format.money(ticket.price)}</span>
            <TicketBadge ticket={ticket} />
          </>
        }
      >
        <dl className="facts">
          {ticket.createdAt && (
            <div>
              <dt>{texts.ticket.listed}</dt>
              <dd>
                <Moment at={ticket.createdAt} />
              </dd>
            </div>
          )}
          {ticket.updatedAt && ticket.version > 0 && (
            <div>
              <dt>{texts.ticket.changed}</dt>
              <dd>
                <Moment at={ticket.updatedAt} />
              </dd>
            </div>
          )}
        </dl>
      </Stub>
      <Deeds ticket={ticket} session={session} />
    </Page>
  )
}

/** What happens to the ticket while one looks at it is said. */
function useSaidChanges(ticket: ShownTicket | undefined): void {
  const texts = useTexts()
  const { say } = useAnnounce()
  const before = useRef<string>(undefined)
  useEffect(() => {
    if (before.current && ticket && before.current !== ticket.status) {
      say({ sold: texts.ticket.soldLive, reserved: texts.ticket.reservedLive, available: texts.ticket.availableLive }[ticket.status])
    }
    before.current = ticket?.status
  }, [ticket, say, texts])
}

function TicketSkeleton() {
  const texts = useTexts()
  return (
    <Page title={texts.common.loading} heading={<span className="skeleton" />} loading narrow>
      <Stub large foot={<span className="skeleton short" />}>
        <span className="skeleton half" />
      </Stub>
    </Page>
  )
}

function Deeds({ ticket, session }: { ticket: ShownTicket; session: Session }) {
  const texts = useTexts()
  if (ticket.withdrawn) {
    return (
      <Notice>
        <p>{texts.ticket.withdrawn}</p>
      </Notice>
    )
  }
  // Until it is known who asks, nothing is offered that may be taken away again.
  if (session.error) return <Failure error={session.error} retry={session.retry} />
  if (session.state === 'unknown') return <div className="deeds reserved-space" />
  if (session.user?.id === ticket.userId) return <OwnDeeds ticket={ticket} />
  if (ticket.status === 'sold') return <Sold ticket={ticket} userId={session.user?.id} text={texts.ticket.sold} />
  if (ticket.status === 'reserved') return <Sold ticket={ticket} userId={session.user?.id} text={texts.ticket.reserved} />
  if (!session.user) {
    return (
      <div className="deeds">
        <ButtonLink to={signInPath(`/tickets/${ticket.id}`)} look="primary" wide>
          {texts.ticket.signInToBuy}
        </ButtonLink>
        <p className="hint">{texts.ticket.hold}</p>
      </div>
    )
  }
  return <Buy ticket={ticket} userId={session.user.id} />
}

/** Held or sold: to oneself, perhaps. */
function Sold({ ticket, userId, text }: { ticket: ShownTicket; userId: string | undefined; text: string }) {
  const texts = useTexts()
  const orders = useQuery({
    queryKey: keys.orders(userId ?? ''),
    queryFn: ({ signal }) => listOrders(userId ?? '', signal),
    enabled: userId !== undefined,
  })
  const own = orders.data?.find((order) => order.id === ticket.orderId)
  if (!own) {
    return (
      <Notice>
        <p>{text}</p>
      </Notice>
    )
  }
  return (
    <div className="deeds">
      <ButtonLink to={`/orders/${own.id}`} look="primary" wide>
        {texts.ticket.toOrder}
      </ButtonLink>
    </div>
  )
}

function OwnDeeds({ ticket }: { ticket: ShownTicket }) {
  const texts = useTexts()
  const [asking, setAsking] = useState(false)
  if (ticket.status !== 'available') {
    return (
      <Notice title={texts.ticket.mine}>
        <p>{ticket.status === 'sold' ? texts.ticket.lockedSold : texts.ticket.locked}</p>
      </Notice>
    )
  }
  return (
    <div className="deeds">
      <p>{texts.ticket.mine}</p>
      <div className="row">
        <ButtonLink to={`/tickets/${ticket.id}/edit`} look="primary">
          {texts.ticket.edit}
        </ButtonLink>
        <Button look="danger" onClick={() => setAsking(true)}>
          {texts.ticket.remove}
        </Button>
      </div>
      {asking && <Removal ticket={ticket} onClose={() => setAsking(false)} />}
    </div>
  )
}

function Removal({ ticket, onClose }: { ticket: ShownTicket; onClose: () => void }) {
  const texts = useTexts()
  const client = useQueryClient()
  const [, navigate] = useLocation()
  const { show } = useAnnounce()
  const isShown = useIsShown(ticket.userId)
  const removal = useMutation({
    networkMode: 'always',
    mutationFn: () => deleteTicket(ticket.userId, ticket),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.tickets })
      if (!isShown()) return
      show(texts.ticket.removed)
      client.removeQueries({ queryKey: keys.ticket(ticket.id) })
      navigate('/listings', { replace: true })
    },
    onError: () => void client.invalidateQueries({ queryKey: keys.ticket(ticket.id) }),
  })
  return (
    <Dialog title={texts.ticket.removeTitle} onClose={onClose}>
      <p>
        <TitleText title={ticket.title} />
      </p>
      <p>{texts.ticket.removeText}</p>
      {removal.isError && (
        <Notice tone="bad" alert>
          <p>{errorText(texts, removal.error)}</p>
        </Notice>
      )}
      <div className="row end">
        <Button onClick={onClose}>{texts.ticket.keep}</Button>
        <Button look="danger" busy={removal.isPending || removal.isSuccess} onClick={() => removal.mutate()}>
          {removal.isPending ? texts.ticket.removing : texts.ticket.remove}
        </Button>
      </div>
    </Dialog>
  )
}
