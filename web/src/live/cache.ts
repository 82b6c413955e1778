// Puts what the feed tells into what was read before, so that every page shows it at once.
import type { InfiniteData, QueryClient, QueryKey } from '@tanstack/react-query'

import type { Page } from '../api/tickets'
import type { Order, Ticket } from '../api/types'
import type { Change } from './feed'

/** A ticket as it is shown: one that its owner has withdrawn stays in its place until the list is read anew. */
export type ShownTicket = Ticket & { withdrawn?: boolean }

/** The names under which answers are kept. What belongs to a user is named after the user, and goes with the user. */
export const keys = {
  session: ['session'] as const,
  tickets: ['tickets'] as const,
  market: (query: string) => ['tickets', 'market', query] as const,
  listings: (userId: string) => ['tickets', 'mine', userId] as const,
  ticket: (id: string) => ['ticket', id] as const,
  own: ['own'] as const,
  orders: (userId: string) => ['own', userId, 'orders'] as const,
  order: (userId: string, id: string) => ['own', userId, 'order', id] as const,
  payments: (userId: string, orderId: string) => ['own', userId, 'payments', orderId] as const,
}

/** Forgets everything that belongs to a user. */
export function forgetUser(client: QueryClient, userId: string): void {
  client.removeQueries({ queryKey: [...keys.own, userId] })
  client.removeQueries({ queryKey: keys.listings(userId) })
}

export function newer(known: ShownTicket, change: Change): ShownTicket {
  const withdrawn = change.kind === 'ticket:deleted'
  if (withdrawn) return { ...known, withdrawn: true }
  return change.ticket.version > known.version ? { ...change.ticket } : known
}

export function apply(client: QueryClient, change: Change): void {
  const { id } = change.ticket
  client.setQueryData<ShownTicket>(keys.ticket(id), (known) => known && newer(known, change))
  client.setQueriesData<InfiniteData<Page<ShownTicket>>>({ queryKey: keys.tickets }, (data) => data && inPages(data, change))
  for (const [queryKey, data] of client.getQueriesData<Order | Order[]>({ queryKey: keys.own })) {
    if (ordersOf(queryKey, data).some((order) => order.ticket.id === id)) void client.invalidateQueries({ queryKey })
  }
}

function ordersOf([, , kind]: QueryKey, data: Order | Order[] | undefined): Order[] {
  return data && (kind === 'order' || kind === 'orders') ? [data].flat() : []
}

function inPages(data: InfiniteData<Page<ShownTicket>>, change: Change): InfiniteData<Page<ShownTicket>> {
  const holds = (page: Page<ShownTicket>) => page.items.some((ticket) => ticket.id === change.ticket.id)
  if (!data.pages.some(holds)) return data
  const renew = (ticket: ShownTicket) => (ticket.id === change.ticket.id ? newer(ticket, change) : ticket)
  return { ...data, pages: data.pages.map((page) => (holds(page) ? { ...page, items: page.items.map(renew) } : page)) }
}
