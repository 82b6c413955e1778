// Reservations.
import { once } from './attempts'
import { nextCursor, send } from './http'
import type { Order } from './types'

/** What an attempt to reserve a ticket is kept under. */
export const RESERVING = (userId: string, ticketId: string) => `order:${userId}:${ticketId}`

/** Reserves a ticket. */
export function createOrder(userId: string, ticketId: string): Promise<Order> {
  return once(RESERVING(userId, ticketId), { ticketId }, async (key, body) => {
    return (await send('post', '/api/orders', { body, headers: { 'idempotency-key': key } })).body
  })
}

export async function getOrder(id: string, signal?: AbortSignal): Promise<Order> {
  return (await send('get', '/api/orders/{id}', { id, signal })).body
}

/** Lets go of a reservation; once more does nothing. */
export async function cancelOrder(id: string): Promise<void> {
  await send('delete', '/api/orders/{id}', { id })
}

/** All of one's own orders, the newest first. The API has them the other way round, in pages. */
export async function listOrders(signal?: AbortSignal): Promise<Order[]> {
  const orders: Order[] = []
  let cursor: string | null = null
  do {
    const query: URLSearchParams = new URLSearchParams({ limit: '500', ...(cursor && { cursor }) })
    const page: { body: Order[]; headers: Headers } = await send('get', '/api/orders', { query, signal })
    orders.push(...page.body)
    cursor = nextCursor(page.headers)
  } while (cursor)
  return orders.reverse()
}
