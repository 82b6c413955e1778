// Writes that must take effect once. Each has an idempotency key that is stored until its outcome is known, also across reloads.
import { pause } from '../pause'
import { readJson, tab } from '../storage'
import { ApiError, isTimeout, outcomeOf } from './problem'

interface Attempt<B> {
  key: string
  body: B
}

/** Options of `once`. */
interface OnceOptions<B, T> {
  /** Returns whether the response is the final outcome. Otherwise the attempt is kept until `forgetAttempt`. */
  isDone?: (answer: T) => boolean
  /** Returns the part of the body that may be stored; the whole body stays in memory. A card token must not be stored. */
  storable?: (body: B) => unknown
  /** How long to wait for the response, in milliseconds. Otherwise a request without one is sent again. */
  timeout?: number | undefined
}

/** The options of a request of an attempt. */
interface Sent {
  key: string
  timeout: number
}

/** Longer than any request takes: the server responds to a payment within ten seconds. */
export const RESPONSE_TIMEOUT = 12_000
/** How often a request is sent before its outcome is unknown. */
const MAX_REQUESTS = 3

const PREFIX = 'attempt:'
const inFlight = new Map<string, Promise<unknown>>()
/** The attempts of this page, with their whole bodies. */
const whole = new Map<string, Attempt<unknown>>()
/**
 * Error codes of temporary conditions, with the number of retries and the pause in milliseconds: the first request with the same key is
 * still in flight, or the resource was just created and is not visible yet.
 */
const RETRYABLE: Record<string, { times: number; pause: number }> = {
  idempotency_key_in_flight: { times: 60, pause: 500 },
  not_yet_visible: { times: 4, pause: 1000 },
}

/** Returns the stored body of an attempt whose outcome is unknown. */
export const pendingAttempt = <B>(purpose: string): B | null => pendingRequest<B>(purpose)?.body ?? null

/** Returns an attempt whose outcome is unknown, with its key. */
export const pendingRequest = <B>(purpose: string): Attempt<B> | null => readJson(tab, PREFIX + purpose)

/** Deletes an attempt whose outcome is known. */
export function forgetAttempt(purpose: string): void {
  whole.delete(purpose)
  tab.removeItem(PREFIX + purpose)
}

/**
 * Performs a write once. A call with the purpose of a write in flight returns that write, so a double click sends one request. A call
 * with the same body after a lost response reuses the key, so the server returns the outcome of the first request. The body contains the
 * version of what the write changes, if it has one: after a change a call is another write.
 */
export function once<B, T>(
  purpose: string,
  body: B,
  write: (sent: Sent, body: B) => Promise<T>,
  { isDone = () => true, storable = (body) => body, timeout }: OnceOptions<B, T> = {},
): Promise<T> {
  const running = inFlight.get(purpose)
  if (running) return running as Promise<T>
  const promise = (async () => {
    const { key, isRetry } = startAttempt(purpose, body, storable)
    let isRepeated = isRetry
    try {
      const sent = { key, timeout: timeout ?? RESPONSE_TIMEOUT }
      const answer = await writeWithRetry(() => write(sent, body), timeout === undefined ? MAX_REQUESTS : 1, () => (isRepeated = true))
      if (isDone(answer)) forgetAttempt(purpose)
      return answer
    } catch (error) {
      // The rejection of a retry does not reveal the outcome of the first request.
      const outcome = outcomeOf(error)
      if (outcome === 'final' || (outcome === 'not-started' && !isRepeated)) forgetAttempt(purpose)
      throw error
    }
  })().finally(() => inFlight.delete(purpose))
  inFlight.set(purpose, promise)
  return promise
}

async function writeWithRetry<T>(write: () => Promise<T>, maxRequests: number, onRepeat: () => void): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await write()
    } catch (error) {
      const again = isTimeout(error) ? { times: maxRequests - 1, pause: 0 } : error instanceof ApiError ? RETRYABLE[error.code ?? ''] : undefined
      if (!again || tries > again.times) throw error
      onRepeat()
      await pause(again.pause)
    }
  }
}

function startAttempt<B>(purpose: string, body: B, storable: (body: B) => unknown): { key: string; isRetry: boolean } {
  const known = whole.get(purpose) ?? pendingRequest(purpose)
  if (known && JSON.stringify(known.body) === JSON.stringify(body)) return { key: known.key, isRetry: true }
  const key = newKey()
  whole.set(purpose, { key, body })
  tab.setItem(PREFIX + purpose, JSON.stringify({ key, body: storable(body) }))
  return { key, isRetry: false }
}

/**
 * Creates an idempotency key: the time, then 80 random bits. The server's index keeps keys in their order, so that those of the same moment
 * change the same pages. `crypto.randomUUID` requires https, `getRandomValues` does not.
 */
export function newKey(): string {
  const random = Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => byte.toString(16).padStart(2, '0'))
  return `web-${Date.now().toString(16).padStart(12, '0')}${random.join('')}`
}
