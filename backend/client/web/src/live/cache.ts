// Applies changes of the feed to cached responses, so that every page shows them at once.
import type { InfiniteData, QueryClient, QueryKey } from '@tanstack/react-query'

import type { Page } from '../api/http'
import type { Order, Ticket } from '../api/types'
import type { Change } from './feed'

/** A ticket as shown. A withdrawn ticket keeps its place until the list is reloaded. */
export type ShownTicket = Ticket & { withdrawn?: boolean }

/** The keys of cached responses. The keys of data of a user contain the user id, so that `forgetUser` can delete it. */
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
  passes: (userId: string) => ['own', userId, 'passes'] as const,
  pass: (userId: string, id: string) => ['own', userId, 'pass', id] as const,
  passOfOrder: (userId: string, orderId: string) => ['own', userId, 'order-pass', orderId] as const,
  door: (userId: string) => ['own', userId, 'door'] as const,
}

/** Deletes the cached data of a user. */
export function forgetUser(client: QueryClient, userId: string): void {
  client.removeQueries({ queryKey: [...keys.own, userId] })
  client.removeQueries({ queryKey: keys.listings(userId) })
}

function mergeChange(known: ShownTicket, change: Change): ShownTicket {
  const withdrawn = change.kind === 'ticket:deleted'
  if (withdrawn) return { ...known, withdrawn: true }
  return change.ticket.version > known.version ? { ...change.ticket } : known
}

export function applyChange(client: QueryClient, change: Change): void {
  const { id } = change.ticket
  client.setQueryData<ShownTicket>(keys.ticket(id), (known) => known && mergeChange(known, change))
  client.setQueriesData<InfiniteData<Page<ShownTicket>>>({ queryKey: keys.tickets }, (data) => data && applyToPages(data, change))
  for (const [queryKey, data] of client.getQueriesData<Order | Order[]>({ queryKey: keys.own })) {
    if (ordersOf(queryKey, data).some((order) => order.ticket.id === id)) void client.invalidateQueries({ queryKey })
  }
}

function ordersOf([, , kind]: QueryKey, data: Order | Order[] | undefined): Order[] {
  return data && (kind === 'order' || kind === 'orders') ? [data].flat() : []
}

function applyToPages(data: InfiniteData<Page<ShownTicket>>, change: Change): InfiniteData<Page<ShownTicket>> {
  const contains = (page: Page<ShownTicket>) => page.items.some((ticket) => ticket.id === change.ticket.id)
  if (!data.pages.some(contains)) return data
  const merge = (ticket: ShownTicket) => (ticket.id === change.ticket.id ? mergeChange(ticket, change) : ticket)
  return { ...data, pages: data.pages.map((page) => (contains(page) ? { ...page, items: page.items.map(merge) } : page)) }
}
