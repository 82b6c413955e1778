import { type InfiniteData, QueryClient } from '@tanstack/react-query'
import { expect, it } from 'vitest'

import type { Page } from '../api/http'
import type { Ticket } from '../api/types'
import { type ShownTicket, applyChange, keys } from './cache'

const ticket = (id: string, version: number, status: Ticket['status'] = 'available'): Ticket => ({
  id, version, status, title: id, price: 20, userId: 'seller',
})

function filledCache(): QueryClient {
  const client = new QueryClient()
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
