// The status of a listing as it is shown: sales end when the event starts.
import type { ShownTicket } from '../live/cache'

/** `ended`: the event started before a buyer ordered the ticket. */
export type SaleStatus = ShownTicket['status'] | 'withdrawn' | 'ended'

/** Returns the status of a listing. `lastPast`: the events up to this time have started, in milliseconds. */
export function saleStatus(ticket: Pick<ShownTicket, 'status' | 'withdrawn' | 'startsAt'>, lastPast: number): SaleStatus {
  if (ticket.withdrawn) return 'withdrawn'
  const hasStarted = Boolean(ticket.startsAt) && Date.parse(ticket.startsAt ?? '') <= lastPast
  return ticket.status === 'available' && hasStarted ? 'ended' : ticket.status
}
