// Applies changes of the feed to cached responses, so that every page shows them at once.
import { type InfiniteData, type QueryClient, type QueryKey, replaceEqualDeep } from '@tanstack/react-query'

import type { Page } from '../api/http'
import type { Order, Pass, Ticket } from '../api/types'
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
  transfer: (userId: string, passId: string) => ['own', userId, 'transfer', passId] as const,
  payments: (userId: string, orderId: string) => ['own', userId, 'payments', orderId] as const,
  passes: (userId: string) => ['own', userId, 'passes'] as const,
  pass: (userId: string, id: string) => ['own', userId, 'pass', id] as const,
  passOfOrder: (userId: string, orderId: string) => ['own', userId, 'order-pass', orderId] as const,
  door: (userId: string) => ['own', userId, 'door'] as const,
}

/** Returns the cached pass if it is newer than `before`. A late response may report what is past. */
export function passSince(client: QueryClient, userId: string, before: Pass): Pass | null {
  const now = client.getQueryData<Pass>(keys.pass(userId, before.id))
  return now && now.version > before.version ? now : null
}

/** Deletes the cached data of a user. */
export function forgetUser(client: QueryClient, userId: string): void {
  client.removeQueries({ queryKey: [...keys.own, userId] })
  client.removeQueries({ queryKey: keys.listings(userId) })
}

/** The number of tickets whose last change is kept for responses that are on their way. */
const MAX_CHANGES = 1000
const changesOf = new WeakMap<QueryClient, Map<string, Change>>()

function rememberChange(client: QueryClient, change: Change): void {
  const changes = changesOf.get(client) ?? new Map<string, Change>()
  changesOf.set(client, changes)
  // Deleted first: a map is ordered by insertion, and the oldest change is forgotten.
  changes.delete(change.ticket.id)
  changes.set(change.ticket.id, change)
  const [oldest] = changes.keys()
  if (changes.size > MAX_CHANGES && oldest) changes.delete(oldest)
}

function mergeChange(known: ShownTicket, change: Change): ShownTicket {
  const withdrawn = change.kind === 'ticket:deleted'
  if (withdrawn) return { ...known, withdrawn: true }
  return change.ticket.version > known.version ? { ...change.ticket } : known
}

export function applyChange(client: QueryClient, change: Change): void {
  const { id } = change.ticket
  rememberChange(client, change)
  client.setQueryData<ShownTicket>(keys.ticket(id), (known) => known && mergeChange(known, change))
  client.setQueriesData<InfiniteData<Page<ShownTicket>>>({ queryKey: keys.tickets }, (data) => data && applyToPages(data, change))
  for (const [queryKey, data] of client.getQueriesData<Order | Order[]>({ queryKey: keys.own })) {
    if (ordersOf(queryKey, data).some((order) => order.ticket.id === id)) void client.invalidateQueries({ queryKey })
  }
}

interface Versioned {
  id: string
  version: number
  withdrawn?: boolean
}

/**
 * Merges new data with the known data of its key. A response may have been read before a change that the page knows already, from the feed
 * or from a later response: of each ticket, order and pass the newer version is kept.
 */
export function keepNewer(client: QueryClient, known: unknown, next: unknown): unknown {
  const records = new Map<string, Versioned>()
  mapRecords(known, (record) => (records.set(record.id, record), record))
  const merged = mapRecords(next, (record) => {
    const before = records.get(record.id)
    return before && (before.withdrawn || before.version > record.version) ? before : withChange(client, record)
  })
  return replaceEqualDeep(known, merged)
}

function withChange(client: QueryClient, record: Versioned): Versioned {
  const change = changesOf.get(client)?.get(record.id)
  return change ? mergeChange(record as ShownTicket, change) : record
}

/** Applies a function to each versioned record of cached data: a record, a list, or the pages of a list. */
function mapRecords(data: unknown, map: (record: Versioned) => Versioned): unknown {
  if (Array.isArray(data)) return data.map((item) => mapRecords(item, map))
  if (typeof data !== 'object' || data === null) return data
  if ('id' in data && 'version' in data && typeof data.version === 'number') return map(data as Versioned)
  if ('pages' in data) return { ...data, pages: mapRecords(data.pages, map) }
  if ('items' in data) return { ...data, items: mapRecords(data.items, map) }
  return data
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
