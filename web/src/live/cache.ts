// Puts what the feed tells into what was read before, so that every page shows it at once.
import type { InfiniteData, QueryClient } from '@tanstack/react-query'

import type { Page } from '../api/tickets'
import type { Order, Ticket } from '../api/types'
import type { Change } from './feed'

/** A ticket as it is shown: one that its owner has withdrawn stays in its place until the list is read anew. */
export type ShownTicket = Ticket & { withdrawn?: boolean }

/** The names under which answers are kept. */
export const keys = {
  session: ['session'] as const,
  tickets: ['tickets'] as const,
  market: (query: string) => ['tickets', 'market', query] as const,
  listings: (userId: string) => ['tickets', 'mine', userId] as const,
  ticket: (id: string) => ['ticket', id] as const,
  orders: (userId: string) => ['orders', userId] as const,
  order: (id: string) => ['order', id] as const,
  payments: (orderId: string) => ['payments', orderId] as const,
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
  for (const [queryKey, order] of client.getQueriesData<Order>({ queryKey: ['order'] })) {
    if (order?.ticket.id === id) void client.invalidateQueries({ queryKey })
  }
  for (const [queryKey, orders] of client.getQueriesData<Order[]>({ queryKey: ['orders'] })) {
    if (orders?.some((order) => order.ticket.id === id)) void client.invalidateQueries({ queryKey })
  }
}

function inPages(data: InfiniteData<Page<ShownTicket>>, change: Change): InfiniteData<Page<ShownTicket>> {
  const holds = (page: Page<ShownTicket>) => page.items.some((ticket) => ticket.id === change.ticket.id)
  if (!data.pages.some(holds)) return data
  const renew = (ticket: ShownTicket) => (ticket.id === change.ticket.id ? newer(ticket, change) : ticket)
  return { ...data, pages: data.pages.map((page) => (holds(page) ? { ...page, items: page.items.map(renew) } : page)) }
}
