// The status of a ticket, an order or a pass, as text and colour.
import type { Order, Pass } from '../api/types'
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

export function PassBadge({ pass }: { pass: Pass }) {
  const texts = useTexts()
  const status = pass.status === 'valid' && pass.transferExpiresAt ? 'transfer' : pass.status
  return <span className={`badge pass-${status}`}>{texts.pass.status[status]}</span>
}
