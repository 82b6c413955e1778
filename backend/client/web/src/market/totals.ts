// The totals of a seller, and the tabs of the listings.
import type { TicketStatus } from '../api/types'
import type { ShownTicket } from '../live/cache'
import { toCents } from '../texts/amount'

export const TABS = ['all', 'available', 'reserved', 'sold'] as const
export type Tab = (typeof TABS)[number]

export const inTab = (tab: Tab) => (ticket: Pick<ShownTicket, 'status' | 'withdrawn'>) =>
  tab === 'all' || (ticket.status === tab && !ticket.withdrawn)

export type Totals = Record<TicketStatus, { count: number; amount: number }>

/** Returns the number and the sum of prices for each status, without withdrawn tickets. Sums are exact: they are added in cents. */
export function totalsOf(tickets: readonly Pick<ShownTicket, 'status' | 'withdrawn' | 'price'>[]): Totals {
  const total = (status: TicketStatus) => {
    const some = tickets.filter(inTab(status))
    return { count: some.length, amount: some.reduce((sum, { price }) => sum + toCents(price), 0) / 100 }
  }
  return { available: total('available'), reserved: total('reserved'), sold: total('sold') }
}
