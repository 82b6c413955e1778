import { type InfiniteData, QueryClient } from '@tanstack/react-query'
import { expect, it } from 'vitest'

import type { Page } from '../api/tickets'
import type { Ticket } from '../api/types'
import { type ShownTicket, apply, keys } from './cache'

const ticket = (id: string, version: number, status: Ticket['status'] = 'available'): Ticket => ({
  id, version, status, title: id, price: 20, userId: 'seller',
})

function filled(): QueryClient {
  const client = new QueryClient()
  const pages: InfiniteData<Page<Ticket>> = {
    pages: [{ items: [ticket('a', 3), ticket('b', 0)], next: 'x' }, { items: [ticket('c', 0)], next: null }],
    pageParams: [null, 'x'],
  }
  client.setQueryData(keys.market('q'), pages)
  client.setQueryData(keys.ticket('a'), ticket('a', 3))
  return client
}

const shown = (client: QueryClient) =>
  client.getQueryData<InfiniteData<Page<ShownTicket>>>(keys.market('q'))?.pages.flatMap((page) => page.items)

it('shows a change everywhere, in its place', () => {
  const client = filled()
  apply(client, { kind: 'ticket:updated', ticket: ticket('a', 4, 'sold') })
  expect(client.getQueryData(keys.ticket('a'))).toMatchObject({ version: 4, status: 'sold' })
  expect(shown(client)?.map(({ id, status }) => [id, status])).toEqual([['a', 'sold'], ['b', 'available'], ['c', 'available']])
})

it('does not go back to an older version', () => {
  const client = filled()
  apply(client, { kind: 'ticket:updated', ticket: ticket('a', 2, 'reserved') })
  expect(client.getQueryData(keys.ticket('a'))).toMatchObject({ version: 3, status: 'available' })
  expect(shown(client)?.[0]).toMatchObject({ version: 3, status: 'available' })
})

it('keeps what was withdrawn in its place, as withdrawn', () => {
  const client = filled()
  apply(client, { kind: 'ticket:deleted', ticket: ticket('c', 1) })
  expect(shown(client)?.[2]).toMatchObject({ id: 'c', withdrawn: true })
})

it('leaves lists alone that do not have the ticket', () => {
  const client = filled()
  const before = client.getQueryData(keys.market('q'))
  apply(client, { kind: 'ticket:created', ticket: ticket('d', 0) })
  expect(client.getQueryData(keys.market('q'))).toBe(before)
})
