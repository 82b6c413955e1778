import { type InfiniteData, QueryClient } from '@tanstack/react-query'
import { expect, it } from 'vitest'

import type { Page } from '../api/http'
import type { Ticket } from '../api/types'
import { type ShownTicket, applyChange, keepNewer, keys } from './cache'

const ticket = (id: string, version: number, status: Ticket['status'] = 'available'): Ticket => ({
  id, version, status, title: id, price: 20, userId: 'seller',
})

function newClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    defaultOptions: { queries: { structuralSharing: (known, next) => keepNewer(client, known, next) } },
  })
  return client
}

function filledCache(): QueryClient {
  const client: QueryClient = newClient()
  const pages: InfiniteData<Page<Ticket>> = {
    pages: [{ items: [ticket('a', 3), ticket('b', 0)], next: 'x' }, { items: [ticket('c', 0)], next: null }],
    pageParams: [null, 'x'],
  }
  client.setQueryData(keys.market('q'), pages)
  client.setQueryData(keys.ticket('a'), ticket('a', 3))
  return client
}

const shownTickets = (client: QueryClient) =>
  client.getQueryData<InfiniteData<Page<ShownTicket>>>(keys.market('q'))?.pages.flatMap((page) => page.items)

it('applies a change to every cached copy in place', () => {
  const client = filledCache()
  applyChange(client, { kind: 'ticket:updated', ticket: ticket('a', 4, 'sold') })
  expect(client.getQueryData(keys.ticket('a'))).toMatchObject({ version: 4, status: 'sold' })
  expect(shownTickets(client)?.map(({ id, status }) => [id, status])).toEqual([['a', 'sold'], ['b', 'available'], ['c', 'available']])
})

it('ignores an older version', () => {
  const client = filledCache()
  applyChange(client, { kind: 'ticket:updated', ticket: ticket('a', 2, 'reserved') })
  expect(client.getQueryData(keys.ticket('a'))).toMatchObject({ version: 3, status: 'available' })
  expect(shownTickets(client)?.[0]).toMatchObject({ version: 3, status: 'available' })
})

it('marks a withdrawn ticket and keeps its place', () => {
  const client = filledCache()
  applyChange(client, { kind: 'ticket:deleted', ticket: ticket('c', 1) })
  expect(shownTickets(client)?.[2]).toMatchObject({ id: 'c', withdrawn: true })
})

it('keeps lists without the ticket unchanged', () => {
  const client = filledCache()
  const before = client.getQueryData(keys.market('q'))
  applyChange(client, { kind: 'ticket:created', ticket: ticket('d', 0) })
  expect(client.getQueryData(keys.market('q'))).toBe(before)
})

/** Requests a key, applies what happens before the response arrives, and returns what the cache has afterwards. */
async function respondAfter(client: QueryClient, queryKey: readonly unknown[], response: unknown, meanwhile: () => void): Promise<unknown> {
  let respond: (response: unknown) => void = () => undefined
  const fetched = client.fetchQuery({ queryKey, queryFn: () => new Promise((resolve) => (respond = resolve)), staleTime: 0 })
  meanwhile()
  respond(response)
  await fetched
  return client.getQueryData(queryKey)
}

it('keeps a change of the feed that is newer than the response', async () => {
  const client = filledCache()
  const change = { kind: 'ticket:updated', ticket: ticket('a', 4, 'reserved') } as const
  const found = await respondAfter(client, keys.ticket('a'), ticket('a', 3), () => applyChange(client, change))
  expect(found).toMatchObject({ version: 4, status: 'reserved' })
})

it('keeps a change that arrived before the first response', async () => {
  const client = newClient()
  const change = { kind: 'ticket:updated', ticket: ticket('a', 1, 'reserved') } as const
  const found = await respondAfter(client, keys.ticket('a'), ticket('a', 0), () => applyChange(client, change))
  expect(found).toMatchObject({ version: 1, status: 'reserved' })
})

it('keeps newer changes in the pages of a list', async () => {
  const client = filledCache()
  const response = { pages: [{ items: [ticket('a', 3), ticket('b', 1), ticket('c', 0), ticket('d', 0)], next: null }], pageParams: [null] }
  await respondAfter(client, keys.market('q'), response, () => {
    applyChange(client, { kind: 'ticket:updated', ticket: ticket('a', 4, 'sold') })
    applyChange(client, { kind: 'ticket:deleted', ticket: ticket('c', 1) })
    applyChange(client, { kind: 'ticket:updated', ticket: ticket('d', 1, 'reserved') })
  })
  expect(shownTickets(client)).toMatchObject([
    { id: 'a', version: 4, status: 'sold' }, { id: 'b', version: 1 }, { id: 'c', withdrawn: true }, { id: 'd', version: 1, status: 'reserved' },
  ])
})

it('keeps an order that another response has changed meanwhile', async () => {
  const client = newClient()
  const order = (version: number, status: string) => ({ id: 'o', version, status, ticket: { id: 'a', version: 9 } })
  const found = await respondAfter(client, keys.order('u', 'o'), order(0, 'created'), () => client.setQueryData(keys.order('u', 'o'), order(2, 'cancelled')))
  expect(found).toEqual(order(2, 'cancelled'))
})

it('replaces a record of the same version, and one without a version', async () => {
  const client = newClient()
  client.setQueryData(keys.pass('u', 'p'), { id: 'p', version: 1, code: 'TK1' })
  expect(await respondAfter(client, keys.pass('u', 'p'), { id: 'p', version: 1 }, () => undefined)).toEqual({ id: 'p', version: 1 })
  client.setQueryData(keys.session, { id: 'u', email: 'a' })
  expect(await respondAfter(client, keys.session, { id: 'u', email: 'b' }, () => undefined)).toEqual({ id: 'u', email: 'b' })
})
