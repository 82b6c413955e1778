// Orders.
import { once } from './attempts'
import { everyItem, request, send } from './http'
import type { Order, Ticket } from './types'

/** Returns whether the status of an order is final. */
export const isOver = ({ status }: Order): boolean => status === 'complete' || status === 'cancelled'

/** The purpose under which an attempt to reserve a ticket is stored. */
export const reservationPurpose = (userId: string, ticketId: string) => `order:${userId}:${ticketId}`

/** Reserves a ticket at the price that is shown. The server rejects another price with `price_changed`. */
export const createOrder = (userId: string, { id, price }: Pick<Ticket, 'id' | 'price'>): Promise<Order> =>
  once(reservationPurpose(userId, id), { ticketId: id, price }, (key, body) => request('post', '/api/orders', { user: userId, body, key }))

export const getOrder = (userId: string, id: string, signal?: AbortSignal): Promise<Order> =>
  request('get', '/api/orders/{id}', { user: userId, id, signal })

/** Cancels an order. Cancelling it again has no effect. */
export const cancelOrder = (userId: string, id: string): Promise<unknown> => request('delete', '/api/orders/{id}', { user: userId, id })

/** Returns all orders of the user, the newest first. The API returns pages, the oldest first. */
export async function listOrders(userId: string, signal?: AbortSignal): Promise<Order[]> {
  return (await everyItem((query) => send('get', '/api/orders', { user: userId, query, signal }))).reverse()
}
