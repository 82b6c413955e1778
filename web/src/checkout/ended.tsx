// How an order ended.
import { useQuery } from '@tanstack/react-query'

import { paymentsOf } from '../api/payments'
import type { Order, Payment } from '../api/types'
import { keys } from '../live/cache'
import { useSpeech, useTexts } from '../texts/context'
import { ButtonLink } from '../ui/button'
import { CheckIcon, CrossIcon } from '../ui/icons'
import { Notice } from '../ui/notice'

const usePayments = (order: Order) =>
  useQuery({
    queryKey: keys.payments(order.userId, order.id),
    queryFn: ({ signal }) => paymentsOf(order.userId, order.id, signal),
  }).data

export function Complete({ order }: { order: Order }) {
  const { texts, format } = useSpeech()
  const payment = usePayments(order)?.find((one) => one.status === 'succeeded')
  return (
    <>
      <Notice tone="good" title={<Ended good text={texts.order.complete} />}>
        <p>{texts.order.completeText(format.money(order.ticket.price))}</p>
        <p className="meta reserved-line">
          {payment && (
            <>
              <span>{texts.order.reference}</span> <code lang="en">{payment.stripeId ?? payment.id}</code>
            </>
          )}
        </p>
      </Notice>
      <Ways order={order} />
    </>
  )
}

/** `ranOut` where it happened before one's eyes: an order does not say why it was cancelled. */
export function Cancelled({ order, ranOut }: { order: Order; ranOut: boolean }) {
  const texts = useTexts()
  const money = moneyText(usePayments(order) ?? [])
  return (
    <>
      <Notice tone="warn" title={<Ended text={ranOut ? texts.order.expired : texts.order.cancelled} />}>
        <p>{texts.order.cancelledText}</p>
        {money && <p>{texts.order[money]}</p>}
      </Notice>
      <Ways order={order} />
    </>
  )
}

/** A declined card left nothing behind; an authorised one was given back, or refused in the end. */
function moneyText(payments: Payment[]): 'refundedText' | 'refusedText' | null {
  if (payments.some((payment) => payment.status === 'refunded')) return 'refundedText'
  return payments.some((payment) => payment.status === 'failed' && payment.stripeId) ? 'refusedText' : null
}

const Ended = ({ text, good = false }: { text: string; good?: boolean }) => (
  <span className="ended">
    {good ? <CheckIcon /> : <CrossIcon />}
    <span>{text}</span>
  </span>
)

function Ways({ order }: { order: Order }) {
  const texts = useTexts()
  return (
    <div className="row">
      <ButtonLink to={`/tickets/${order.ticket.id}`}>{texts.order.ticketLink}</ButtonLink>
      <ButtonLink to="/">{texts.common.toMarket}</ButtonLink>
    </div>
  )
}
