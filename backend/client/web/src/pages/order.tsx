// The page of an order: the countdown, the payment and the outcome.
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useParams } from 'wouter'

import { serverNow } from '../api/clock'
import { getOrder, isOver } from '../api/orders'
import { passOfOrder } from '../api/passes'
import type { Order, Pass, User } from '../api/types'
import { CancelOrder } from '../checkout/cancel'
import { Countdown } from '../checkout/countdown'
import { Cancelled, Complete, isOverdue } from '../checkout/outcome'
import { PayForm } from '../checkout/pay'
import { type PaymentMutation, type Stage, usePayment } from '../checkout/payment'
import { keys } from '../live/cache'
import { Code } from '../passes/code'
import { SignedIn } from '../session/guard'
import { useI18n, useTexts } from '../texts/context'
import { useAnnounce } from '../ui/announcer'
import { Description, WholeTitle } from '../ui/details'
import { Failure } from '../ui/failure'
import { Notice } from '../ui/notice'
import { Page } from '../ui/page'
import { Panel } from '../ui/panel'
import { Reference } from '../ui/reference'
import { Resource } from '../ui/resource'
import { OrderBadge } from '../ui/status'
import { SplitSkeleton, Stub, type Tear } from '../ui/stub'
import { useTitleText } from '../ui/title'
import { useReducedMotion } from '../ui/use-media'
import { useSustained } from '../ui/use-sustained'
import { useHeld, useIsWriting } from '../ui/use-write'

export default function OrderPage() {
  const texts = useTexts()
  const { id = '' } = useParams<{ id: string }>()
  return <SignedIn title={texts.order.number} skeleton={<SplitSkeleton />} bare>{(user) => <OrderDetails key={id} id={id} user={user} />}</SignedIn>
}

/** Intervals of polling, in milliseconds. The feed of the ticket reports most changes. */
const POLL_INTERVAL = 1000
const MAX_POLL_INTERVAL = 30_000

function refetchInterval(order: Order | undefined): number | false {
  if (!order || isOver(order)) return false
  const late = Date.parse(order.expiresAt) <= serverNow() + POLL_INTERVAL
  return order.status === 'awaiting:payment' || late ? POLL_INTERVAL : Math.min(MAX_POLL_INTERVAL, Date.parse(order.expiresAt) - serverNow())
}

function OrderDetails({ id, user }: { id: string; user: User }) {
  const texts = useTexts()
  const found = useQuery({
    queryKey: keys.order(user.id, id),
    queryFn: ({ signal }) => getOrder(user.id, id, signal),
    refetchInterval: (query) => refetchInterval(query.state.data),
  })
  return (
    <Resource found={found} missing={texts.order.missing} hint={texts.order.missingHint} list="/orders" skeleton={<SplitSkeleton />}>
      {(order) => <OrderView order={order} user={user} />}
    </Resource>
  )
}

/** How long a state of the tear is shown, in milliseconds. */
const TEAR_TIME = 700

/** Returns the state of the drawn ticket. It tears if the order completes while the page is open. */
function useTear(status: Order['status']): Tear {
  const [first] = useState(status)
  const still = useReducedMotion()
  const isPaid = first !== 'complete' && status === 'complete'
  const isTorn = useSustained(isPaid, TEAR_TIME)
  if (!isPaid) return 'whole'
  return still || isTorn ? 'torn' : 'tearing'
}

function OrderView({ order: latest, user }: { order: Order; user: User }) {
  const order = useHeld(keys.order(user.id, latest.id), latest, isOver(latest))
  const texts = useTexts()
  const titleText = useTitleText()
  const { format } = useI18n()
  const { stage, ...paying } = usePayment(order.id, user.id, !isOver(order))
  const tear = useTear(order.status)
  const issued = useOrderPass(order)
  const pass = issued.data
  const isPaying = !isOver(order) && (paying.isPending || order.status === 'awaiting:payment')
  const code = pass?.code && tear !== 'tearing' ? <Code code={pass.code} /> : undefined
  const about = (
    <>
      {code && <WholeTitle title={order.ticket.title} />}
      <Description details={order.ticket} />
      <Reference label={texts.order.number} id={order.id} />
    </>
  )
  return (
    <Page title={texts.order.title(titleText(order.ticket.title))} heading={null}>
      <div className="split">
        <div className={isPaying ? 'checkout paying' : 'checkout'}>
          {/* Once there is a code, nothing stands between it and the title. */}
          <Stub title={order.ticket.title} details={order.ticket} muted={order.status === 'cancelled'} tear={tear} code={code} foot={<OrderBadge order={order} />}>
            {code ? undefined : about}
          </Stub>
        </div>
        <Panel label={texts.order.toPay}>
          <p className={order.status === 'cancelled' ? 'price gone' : 'price'}>{format.money(order.ticket.price)}</p>
          <OrderState order={order} user={user} paying={paying} stage={stage} pass={pass} />
          {issued.isError && !pass && <Failure error={issued.error} retry={() => void issued.refetch()} />}
          {code && about}
        </Panel>
      </div>
    </Page>
  )
}

/** Requests the pass of a complete order. It is issued a moment after the payment. */
function useOrderPass(order: Order): UseQueryResult<Pass | null> {
  const { id, userId, status } = order
  return useQuery({
    queryKey: keys.passOfOrder(userId, id),
    queryFn: ({ signal }) => passOfOrder(userId, id, signal),
    enabled: status === 'complete',
    refetchInterval: (query) => (query.state.data === null ? (isOverdue(order) ? MAX_POLL_INTERVAL : POLL_INTERVAL) : false),
  })
}

interface OrderStateProps {
  order: Order
  user: User
  paying: PaymentMutation
  stage: Stage
  pass: Pass | null | undefined
}

function OrderState({ order, user, paying, stage, pass }: OrderStateProps) {
  const texts = useTexts()
  const expired = useExpired(order)
  const isHeld = useIsWriting(keys.order(user.id, order.id)) && !paying.isPending
  useOutcomeAnnouncement(order, expired)
  if (order.status === 'complete') return <Complete order={order} pass={pass} />
  if (order.status === 'cancelled') return <Cancelled order={order} isExpired={isExpired(order, expired)} />
  if (order.status === 'awaiting:payment') return <Notice title={texts.orders.status['awaiting:payment']} text={texts.order.following} />
  const until = Date.parse(order.expiresAt)
  if (expired && !paying.isPending) return <Notice tone="warn" title={texts.order.expiring} />
  return (
    <>
      <Countdown from={order.createdAt ? Date.parse(order.createdAt) : until - 900_000} until={until} />
      <PayForm order={order} paying={paying} stage={stage} held={isHeld} />
      {!paying.isPending && !paying.isSuccess && <CancelOrder order={order} userId={user.id} />}
    </>
  )
}

/** Returns whether the deadline has passed while the page was open. */
function useExpired(order: Order): boolean {
  const [expired, setExpired] = useState(false)
  const { status, expiresAt } = order
  useEffect(() => {
    if (status !== 'created') return
    const timer = setTimeout(() => setExpired(true), Math.max(0, Date.parse(expiresAt) - serverNow()))
    return () => clearTimeout(timer)
  }, [status, expiresAt])
  return expired
}

/** Returns whether a cancelled order has expired. `ranOut` decides where the server does not give the reason. */
const isExpired = (order: Order, ranOut: boolean) => (order.cancelReason ? order.cancelReason === 'expired' : ranOut)

/** Announces the outcome of an order if it changes while the page is open. */
function useOutcomeAnnouncement(order: Order, expired: boolean): void {
  const texts = useTexts()
  const { announce } = useAnnounce()
  const [first] = useState(order.status)
  useEffect(() => {
    if (order.status === first) return
    if (order.status === 'complete') announce(texts.order.complete)
    if (order.status === 'cancelled') announce(isExpired(order, expired) ? texts.order.expired : texts.order.cancelled)
  }, [order, first, expired, announce, texts])
}
