// Paying for an order, and following a payment whose outcome is not known yet.
import { once, settle } from './attempts'
import { nextCursor, send } from './http'
import { isCode } from './problem'
import type { Payment } from './types'

/** What an attempt to pay for an order is kept under. */
export const PAYING = (orderId: string) => `payment:${orderId}`

export interface Purchase {
  orderId: string
  /** The card, as a token of the card provider. */
  token: string
}

const isKnown = (payment: Payment) => payment.status !== 'pending' && payment.status !== 'authorized'

/** Pays, and waits until it is known what became of it. */
export async function pay(purchase: Purchase): Promise<Payment> {
  const write = async (key: string, body: Purchase) =>
    (await send('post', '/api/payments', { body, headers: { 'idempotency-key': key } })).body
  // An answer that names no status is one of a payment that was taken.
  const payment = await once(PAYING(purchase.orderId), purchase, write, (answer) => !answer.status || isKnown(answer))
  if (!payment.status || isKnown(payment)) return payment
  const outcome = await followed(payment.id)
  settle(PAYING(purchase.orderId))
  return outcome
}

async function followed(id: string): Promise<Payment> {
  for (let wait = 500; ; wait = Math.min(wait * 1.5, 5000)) {
    await new Promise((resolve) => setTimeout(resolve, wait))
    const payment = await getPayment(id)
    if (isKnown(payment)) return payment
  }
}

export async function getPayment(id: string, signal?: AbortSignal): Promise<Payment> {
  return (await send('get', '/api/payments/{id}', { id, signal })).body
}

/** The payments of an order, the newest first: a declined card leaves one, too. */
export async function paymentsOf(orderId: string, signal?: AbortSignal): Promise<Payment[]> {
  const found: Payment[] = []
  let cursor: string | null = null
  do {
    const query: URLSearchParams = new URLSearchParams({ limit: '500', ...(cursor && { cursor }) })
    const page: { body: Payment[]; headers: Headers } = await send('get', '/api/payments', { query, signal })
    found.push(...page.body.filter((payment) => payment.orderId === orderId))
    cursor = nextCursor(page.headers)
  } while (cursor)
  return found.reverse()
}

/** Whether the answer says that the order, not the card, is what stands in the way: then the order tells the rest. */
export const isOfOrder = (error: unknown): boolean =>
  isCode(error, 'order_expired', 'order_cancelled', 'order_paid', 'payment_in_progress')
