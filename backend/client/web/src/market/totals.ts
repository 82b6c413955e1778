// The totals of a seller, and the tabs of the listings.
import type { ShownTicket } from '../live/cache'
import { toCents } from '../texts/amount'
import { saleStatus } from './sales'

export const TOTALS = ['available', 'reserved', 'sold', 'ended'] as const
export const TABS = ['all', ...TOTALS] as const
export type Tab = (typeof TABS)[number]

type Listed = Pick<ShownTicket, 'status' | 'withdrawn' | 'startsAt'>

/** Returns whether a listing is in a tab. `lastPast`: the events up to this time have started, in milliseconds. */
export const inTab = (tab: Tab, lastPast: number) => (ticket: Listed) => tab === 'all' || saleStatus(ticket, lastPast) === tab

export type Totals = Record<(typeof TOTALS)[number], { count: number; amount: number }>

/** Returns the number and the sum of prices for each status, without withdrawn tickets. Sums are exact: they are added in cents. */
export function totalsOf(tickets: readonly (Listed & Pick<ShownTicket, 'price'>)[], lastPast: number): Totals {
  const total = (tab: Tab) => {
    const some = tickets.filter(inTab(tab, lastPast))
    return { count: some.length, amount: some.reduce((sum, { price }) => sum + toCents(price), 0) / 100 }
  }
  return Object.fromEntries(TOTALS.map((tab) => [tab, total(tab)])) as Totals
}
