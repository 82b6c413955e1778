// Paying for an order, and following a payment whose outcome is not known yet.
import { once, settle } from './attempts'
import { nextCursor, send } from './http'
import { ApiError, isCode } from './problem'
import type { Payment } from './types'

/** What an attempt to pay for an order is kept under. */
export const PAYING = (userId: string, orderId: string) => `payment:${userId}:${orderId}`

export interface Purchase {
  userId: string
  orderId: string
  /** The card, as a token of the card provider. */
  token: string
}

/** A payment was begun before the page was loaded anew, and the marketplace has none that can still succeed. */
export class PaymentNotFound extends Error {
  override name = 'PaymentNotFound'
}

/** A request that was under way when the page was left may arrive a moment later. */
const LOOKS = 3

const isKnown = (payment: Payment) => payment.status !== 'pending' && payment.status !== 'authorized'

/** Has the owner of the card confirm it in this browser (3-D Secure). */
export type Confirm = (clientSecret: string) => Promise<void>

/**
 * Pays, and waits until it is known what became of it. The token stays in memory: after a reload, `findPayment` goes on.
 * Without `confirm`, a card that its owner has to confirm is declined.
 */
export async function pay({ userId, orderId, token }: Purchase, confirm: Confirm | null): Promise<Payment> {
  try {
    const payment = await once(
      PAYING(userId, orderId),
      { orderId, token, ...(confirm && { canConfirm: true }) },
      async (key, body) => (await send('post', '/api/payments', { user: userId, body, headers: { 'idempotency-key': key } })).body,
      // An answer that names no status is one of a payment that was taken.
      { isDone: (answer) => !answer.status || isKnown(answer), storable: ({ orderId }) => ({ orderId }) },
    )
    return await outcome(userId, orderId, payment, confirm)
  } catch (error) {
    // Another card is being charged for this order, perhaps in another tab: what becomes of that is the outcome.
    if (isCode(error, 'payment_in_progress')) return findPayment(userId, orderId, confirm)
    throw error
  }
}

/** Finds out what became of a payment that was begun before the page was loaded anew. */
export async function findPayment(userId: string, orderId: string, confirm: Confirm | null): Promise<Payment> {
  for (let looks = 0; looks < LOOKS; looks++) {
    if (looks > 0) await pause(1000)
    const payment = (await paymentsOf(userId, orderId)).find(({ status }) => status !== 'failed')
    if (payment) return outcome(userId, orderId, payment, confirm)
  }
  throw new PaymentNotFound(`order ${orderId} has no payment that can succeed`)
}

async function outcome(userId: string, orderId: string, payment: Payment, confirm: Confirm | null): Promise<Payment> {
  const known = !payment.status || isKnown(payment) ? payment : await followed(userId, payment, confirm)
  settle(PAYING(userId, orderId))
  // A decline that came late is a decline; where the order was lost by it, the order tells.
  if (known.status === 'failed') throw new ApiError(400, [{ message: 'The card was declined', code: 'card_declined' }])
  return known
}

async function followed(userId: string, payment: Payment, confirm: Confirm | null): Promise<Payment> {
  let now = payment
  let isAsked = false
  for (let wait = 500; ; wait = Math.min(wait * 1.5, 5000)) {
    if (now.clientSecret && confirm && !isAsked) {
      isAsked = true
      await confirm(now.clientSecret)
      wait = 500
    }
    await pause(wait)
    now = await getPayment(userId, payment.id)
    if (isKnown(now)) return now
  }
}

const pause = (time: number) => new Promise((resolve) => setTimeout(resolve, time))

export async function getPayment(userId: string, id: string, signal?: AbortSignal): Promise<Payment> {
  return (await send('get', '/api/payments/{id}', { user: userId, id, signal })).body
}

/** The payments of an order, the newest first: a declined card leaves one, too. */
export async function paymentsOf(userId: string, orderId: string, signal?: AbortSignal): Promise<Payment[]> {
  const found: Payment[] = []
  let cursor: string | null = null
  do {
    const query: URLSearchParams = new URLSearchParams({ limit: '500', ...(cursor && { cursor }) })
    const page: { body: Payment[]; headers: Headers } = await send('get', '/api/payments', { user: userId, query, signal })
    found.push(...page.body.filter((payment) => payment.orderId === orderId))
    cursor = nextCursor(page.headers)
  } while (cursor)
  return found.reverse()
}

/** Whether the answer says that the order, not the card, is what stands in the way: then the order tells the rest. */
export const isOfOrder = (error: unknown): boolean =>
  isCode(error, 'order_expired', 'order_cancelled', 'order_paid', 'payment_in_progress')
