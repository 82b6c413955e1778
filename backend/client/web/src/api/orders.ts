// Orders.
import { once } from './attempts'
import { everyItem, send } from './http'
import type { Order, Ticket } from './types'

/** Returns whether the status of an order is final. */
export const isOver = ({ status }: Order): boolean => status === 'complete' || status === 'cancelled'

/** The purpose under which an attempt to reserve a ticket is stored. */
export const reservationPurpose = (userId: string, ticketId: string) => `order:${userId}:${ticketId}`

/** Reserves a ticket at the price that is shown. The server rejects another price with `price_changed`. */
export function createOrder(userId: string, { id, price }: Pick<Ticket, 'id' | 'price'>): Promise<Order> {
  return once(reservationPurpose(userId, id), { ticketId: id, price }, async (key, body) => {
    return (await send('post', '/api/orders', { user: userId, body, headers: { 'idempotency-key': key } })).body
  })
}

export async function getOrder(userId: string, id: string, signal?: AbortSignal): Promise<Order> {
  return (await send('get', '/api/orders/{id}', { user: userId, id, signal })).body
}

/** Cancels an order. Cancelling it again has no effect. */
export async function cancelOrder(userId: string, id: string): Promise<void> {
  await send('delete', '/api/orders/{id}', { user: userId, id })
}

/** Returns all orders of the user, the newest first. The API returns pages, the oldest first. */
export async function listOrders(userId: string, signal?: AbortSignal): Promise<Order[]> {
  return (await everyItem((query) => send('get', '/api/orders', { user: userId, query, signal }))).reverse()
}
