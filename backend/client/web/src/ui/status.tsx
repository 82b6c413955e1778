// The status of a ticket or an order, as text and colour.
import type { Order } from '../api/types'
import type { ShownTicket } from '../live/cache'
import { saleStatus } from '../market/sales'
import { useTexts } from '../texts/context'
import { useLastPast } from './use-now'

export function TicketBadge({ ticket }: { ticket: ShownTicket }) {
  const texts = useTexts()
  const status = saleStatus(ticket, useLastPast([ticket.startsAt]))
  return <span className={`badge ${status}`}>{texts.status[status]}</span>
}

export function OrderBadge({ order: { status, cancelReason } }: { order: Order }) {
  const texts = useTexts()
  const label = cancelReason === 'expired' ? texts.orders.expired : texts.orders.status[status]
  return <span className={`badge ${status.replace(':', '-')}`}>{label}</span>
}
