// The status of a ticket or an order, as text and colour.
import type { OrderStatus } from '../api/types'
import type { ShownTicket } from '../live/cache'
import { useTexts } from '../texts/context'

export function TicketBadge({ ticket }: { ticket: ShownTicket }) {
  const texts = useTexts()
  const status = ticket.withdrawn ? 'withdrawn' : ticket.status
  return <span className={`badge ${status}`}>{texts.status[status]}</span>
}

export function OrderBadge({ status }: { status: OrderStatus }) {
  const texts = useTexts()
  return <span className={`badge ${status.replace(':', '-')}`}>{texts.orders.status[status]}</span>
}
