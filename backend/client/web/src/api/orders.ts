// Orders.
import { once, pendingAttempt } from './attempts'
import { everyItem, request, send } from './http'
import type { Order, Ticket } from './types'

/** Returns whether the status of an order is final. */
export const isOver = ({ status }: Order): boolean => status === 'complete' || status === 'cancelled'

type Reserved = Pick<Ticket, 'id' | 'price' | 'version'>

const reservationPurpose = (userId: string, ticketId: string) => `order:${userId}:${ticketId}`

/** Reserves a ticket at the price that is shown. The server rejects another price with `price_changed`. */
export const createOrder = (userId: string, { id, price, version }: Reserved): Promise<Order> =>
  once(reservationPurpose(userId, id), { price, version }, (sent) => request('post', '/api/orders', { user: userId, body: { ticketId: id, price }, ...sent }))

/**
 * Returns the price of a reservation whose outcome is unknown; null without one, or once the ticket has changed: an order that came of it
 * has ended.
 */
export function interruptedReservation(userId: string, { id, version }: Reserved): number | null {
  const pending = pendingAttempt<Omit<Reserved, 'id'>>(reservationPurpose(userId, id))
  return pending?.version === version ? pending.price : null
}

export const getOrder = (userId: string, id: string, signal?: AbortSignal): Promise<Order> =>
  request('get', '/api/orders/{id}', { user: userId, id, signal })

/** Cancels an order. Cancelling it again has no effect. */
export const cancelOrder = (userId: string, id: string): Promise<unknown> => request('delete', '/api/orders/{id}', { user: userId, id })

/** Returns all orders of the user, the newest first. The API returns pages, the oldest first. */
export async function listOrders(userId: string, signal?: AbortSignal): Promise<Order[]> {
  return (await everyItem((query) => send('get', '/api/orders', { user: userId, query, signal }))).reverse()
}
