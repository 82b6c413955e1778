// The outcome of an order.
import { useQuery } from '@tanstack/react-query'

import { serverNow } from '../api/clock'
import { paymentsOf } from '../api/payments'
import type { Order, Pass, Payment } from '../api/types'
import { keys } from '../live/cache'
import { saleStatus } from '../market/sales'
import { useI18n, useTexts } from '../texts/context'
import { ButtonLink } from '../ui/button'
import { CheckIcon, CrossIcon } from '../ui/icons'
import { Notice } from '../ui/notice'
import { Reference } from '../ui/reference'
import { useLastPast } from '../ui/use-now'

const usePayments = (order: Order) =>
  useQuery({
    queryKey: keys.payments(order.userId, order.id),
    queryFn: ({ signal }) => paymentsOf(order.userId, order.id, signal),
  }).data

/**
 * Returns whether the pass of a paid order must have been issued, but for an outage: it is issued a moment after the payment, which is not
 * later than the end of the reservation.
 */
export const isOverdue = ({ expiresAt }: Order): boolean => Date.parse(expiresAt) < serverNow()

/** `pass` is null while it is not issued, and undefined while that is not known. */
export function Complete({ order, pass }: { order: Order; pass: Pass | null | undefined }) {
  const { texts, format } = useI18n()
  const payment = usePayments(order)?.find((one) => one.status === 'succeeded')
  const isLate = pass === null && isOverdue(order)
  return (
    <>
      <Notice tone="good" title={<OutcomeTitle good text={isLate ? texts.orders.status.complete : texts.order.complete} />}>
        <p>{texts.order.completeText(format.money(order.ticket.price))}</p>
        <div className="reference-line">{payment && <Reference label={texts.order.reference} id={payment.stripeId ?? payment.id} />}</div>
      </Notice>
      {pass && (
        <ButtonLink to={`/passes/${pass.id}`} variant="primary" wide>
          {texts.order.passLink}
        </ButtonLink>
      )}
      {pass === null && <p className="hint">{isLate ? texts.order.passGone : texts.order.passComing}</p>}
      <ButtonLink to="/">{texts.common.toMarket}</ButtonLink>
    </>
  )
}

export function Cancelled({ order, isExpired }: { order: Order; isExpired: boolean }) {
  const texts = useTexts()
  const money = moneyText(order, usePayments(order) ?? [])
  const reason = cancelReason(order, isExpired)
  const startsAt = order.ticket.startsAt ?? null
  const hasEnded = saleStatus({ status: 'available', startsAt }, useLastPast([startsAt])) === 'ended'
  return (
    <>
      <Notice tone="warn" title={<OutcomeTitle text={isExpired ? texts.order.expired : texts.order.cancelled} />}>
        <p>{texts.order.cancelledText[reason]}</p>
        {reason !== 'withdrawn' && reason !== 'unknown' && <p>{hasEnded ? texts.order.endedText : texts.order.availableText}</p>}
        {money && <p>{texts.order[money]}</p>}
      </Notice>
      <div className="row">
        {reason !== 'withdrawn' && !hasEnded && <ButtonLink to={`/tickets/${order.ticket.id}`}>{texts.order.ticketLink}</ButtonLink>}
        <ButtonLink to="/">{texts.common.toMarket}</ButtonLink>
      </div>
    </>
  )
}

const REASONS = ['buyer', 'expired', 'withdrawn', 'payment_failed'] as const

/** Returns why the order was cancelled. A server of the original contract does not state it. */
function cancelReason(order: Order, isExpired: boolean): (typeof REASONS)[number] | 'unknown' {
  return REASONS.find((reason) => reason === order.cancelReason) ?? (isExpired ? 'expired' : 'unknown')
}

/** A declined card leaves nothing; an authorization was voided, or its capture failed. */
function moneyText(order: Order, payments: Payment[]): 'refundedText' | 'refusedText' | null {
  // The reason of the order is shown instead.
  if (order.cancelReason === 'payment_failed') return null
  if (payments.some((payment) => payment.status === 'refunded')) return 'refundedText'
  return payments.some((payment) => payment.status === 'failed' && payment.stripeId) ? 'refusedText' : null
}

const OutcomeTitle = ({ text, good = false }: { text: string; good?: boolean }) => (
  <span className="outcome-title">
    {good ? <CheckIcon /> : <CrossIcon />}
    <span>{text}</span>
  </span>
)
