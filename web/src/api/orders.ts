// Reservations.
import { once } from './attempts'
import { nextCursor, send } from './http'
import type { Order, Ticket } from './types'

/** Whether nothing can change an order any more. */
export const isOver = ({ status }: Order): boolean => status === 'complete' || status === 'cancelled'

/** What an attempt to reserve a ticket is kept under. */
export const RESERVING = (userId: string, ticketId: string) => `order:${userId}:${ticketId}`

/** Reserves a ticket at the price that was shown; another price is refused with `price_changed`. */
export function createOrder(userId: string, { id, price }: Pick<Ticket, 'id' | 'price'>): Promise<Order> {
  return once(RESERVING(userId, id), { ticketId: id, price }, async (key, body) => {
    return (await send('post', '/api/orders', { user: userId, body, headers: { 'idempotency-key': key } })).body
  })
}

export async function getOrder(userId: string, id: string, signal?: AbortSignal): Promise<Order> {
  return (await send('get', '/api/orders/{id}', { user: userId, id, signal })).body
}

/** Lets go of a reservation; once more does nothing. */
export async function cancelOrder(userId: string, id: string): Promise<void> {
  await send('delete', '/api/orders/{id}', { user: userId, id })
}

/** All of one's own orders, the newest first. The API has them the other way round, in pages. */
export async function listOrders(userId: string, signal?: AbortSignal): Promise<Order[]> {
  const orders: Order[] = []
  let cursor: string | null = null
  do {
    const query: URLSearchParams = new URLSearchParams({ limit: '500', ...(cursor && { cursor }) })
    const page: { body: Order[]; headers: Headers } = await send('get', '/api/orders', { user: userId, query, signal })
    orders.push(...page.body)
    cursor = nextCursor(page.headers)
  } while (cursor)
  return orders.reverse()
}
