// Payments, and polling until the outcome of a payment is known.
import { pause } from '../pause'
import { once, forgetAttempt } from './attempts'
import { everyItem, request, send } from './http'
import { ApiError, isCode } from './problem'
import type { Payment } from './types'

/** The purpose under which an attempt to pay for an order is stored. */
export const paymentPurpose = (userId: string, orderId: string) => `payment:${userId}:${orderId}`

interface Purchase {
  userId: string
  orderId: string
  /** The card token of the card provider. */
  token: string
}

/** A payment was started before a reload, but the server has no payment of the order that can still succeed. */
export class PaymentNotFound extends Error {
  override name = 'PaymentNotFound'

  constructor(
    orderId: string,
    /** Whether the order has a payment that has failed: possibly an earlier one. */
    readonly hasFailed: boolean,
  ) {
    super(`order ${orderId} has no payment that can succeed`)
  }
}

/** A request that was in flight during the reload may reach the server a moment later. */
const MAX_LOOKUPS = 3

const isKnown = (payment: Payment) => payment.status !== 'pending' && payment.status !== 'authorized'

/** Asks the card holder to confirm the payment in the browser (3-D Secure). */
export type Confirm = (clientSecret: string) => Promise<void>

/**
 * Pays for an order and waits for the outcome. The card token stays in memory; after a reload, `findPayment` continues. Without
 * `confirm`, a card that requires confirmation is declined.
 */
export async function pay({ userId, orderId, token }: Purchase, confirm: Confirm | null): Promise<Payment> {
  try {
    const payment = await once(
      paymentPurpose(userId, orderId),
      { orderId, token, ...(confirm && { canConfirm: true }) },
      (sent, body): Promise<Payment> => request('post', '/api/payments', { user: userId, body, ...sent }),
      // A response without a status belongs to a payment that succeeded.
      { isDone: (answer) => !answer.status || isKnown(answer), storable: ({ orderId }) => ({ orderId }) },
    )
    return await outcome(userId, orderId, payment, confirm)
  } catch (error) {
    // Another payment of this order is in progress, possibly in another tab: follow that payment.
    if (isCode(error, 'payment_in_progress')) return findPayment(userId, orderId, confirm)
    throw error
  }
}

/** Follows a payment that was started before a reload. */
export async function findPayment(userId: string, orderId: string, confirm: Confirm | null): Promise<Payment> {
  let payments: Payment[] = []
  for (let looks = 0; looks < MAX_LOOKUPS; looks++) {
    if (looks > 0) await pause(1000)
    payments = await paymentsOf(userId, orderId)
    const payment = payments.find(({ status }) => status !== 'failed')
    if (payment) return outcome(userId, orderId, payment, confirm)
  }
  throw new PaymentNotFound(orderId, payments.length > 0)
}

async function outcome(userId: string, orderId: string, payment: Payment, confirm: Confirm | null): Promise<Payment> {
  const known = !payment.status || isKnown(payment) ? payment : await pollPayment(userId, payment, confirm)
  forgetAttempt(paymentPurpose(userId, orderId))
  // A late decline is shown as a decline. If it also ended the order, the page of the order says so.
  if (known.status === 'failed') throw new ApiError(400, [{ message: 'The card was declined', code: 'card_declined' }])
  return known
}

async function pollPayment(userId: string, payment: Payment, confirm: Confirm | null): Promise<Payment> {
  let now = payment
  let isAsked = false
  for (let wait = 500; ; wait = Math.min(wait * 1.5, 5000)) {
    if (now.clientSecret && confirm && !isAsked) {
      isAsked = true
      await confirm(now.clientSecret)
      wait = 500
    }
    await pause(wait)
    now = await request('get', '/api/payments/{id}', { user: userId, id: payment.id })
    if (isKnown(now)) return now
  }
}

/** Returns the payments of an order, the newest first. A declined card leaves a payment, too. */
export async function paymentsOf(userId: string, orderId: string, signal?: AbortSignal): Promise<Payment[]> {
  const all = await everyItem((query) => send('get', '/api/payments', { user: userId, query, signal }))
  return all.filter((payment) => payment.orderId === orderId).reverse()
}
