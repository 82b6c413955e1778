// Writes that must take effect once. Each has a key that is kept until its outcome is known, across reloads.
import { tab } from '../storage'
import { ApiError, outcomeOf } from './problem'

interface Attempt<B> {
  key: string
  body: B
}

/** How a write is kept until its outcome is known. */
export interface OnceOptions<B, T> {
  /** Whether the answer is the outcome; else the attempt stays until `settle`. */
  isDone?: (answer: T) => boolean
  /** What of the body may be stored; the whole body stays in memory. A card's token has no place in storage. */
  storable?: (body: B) => unknown
}

const PREFIX = 'attempt:'
const underWay = new Map<string, Promise<unknown>>()
/** The attempts of this page, with whole bodies. */
const whole = new Map<string, Attempt<unknown>>()
/**
 * Answers that a moment changes: the first request with the same key is still being answered, or what the request names was
 * just made elsewhere. So often the same request is sent again, after a pause in milliseconds.
 */
const MOMENTARY: Record<string, { times: number; pause: number }> = {
  idempotency_key_in_flight: { times: 60, pause: 500 },
  not_yet_visible: { times: 4, pause: 1000 },
}

/** What was stored of an attempt whose outcome is unknown. */
export function unfinished<B>(purpose: string): B | null {
  return (stored(purpose)?.body ?? null) as B | null
}

/** Forgets an attempt: its outcome is known. */
export function settle(purpose: string): void {
  whole.delete(purpose)
  tab.removeItem(PREFIX + purpose)
}

/**
 * Does a write once. The same purpose while it is under way is the same write, so a double click is one click; the
 * same body after an answer that was lost goes out under the same key, so the server answers what became of the first.
 */
export function once<B, T>(
  purpose: string,
  body: B,
  write: (key: string, body: B) => Promise<T>,
  { isDone = () => true, storable = (body) => body }: OnceOptions<B, T> = {},
): Promise<T> {
  const running = underWay.get(purpose)
  if (running) return running as Promise<T>
  const promise = (async () => {
    const { key, mayHaveBeenDone } = begin(purpose, body, storable)
    try {
      const answer = await answered(() => write(key, body))
      if (isDone(answer)) settle(purpose)
      return answer
    } catch (error) {
      // A refusal of this request does not tell what became of the one before it.
      const outcome = outcomeOf(error)
      if (outcome === 'final' || (outcome === 'not-started' && !mayHaveBeenDone)) settle(purpose)
      throw error
    }
  })().finally(() => underWay.delete(purpose))
  underWay.set(purpose, promise)
  return promise
}

async function answered<T>(write: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await write()
    } catch (error) {
      const again = error instanceof ApiError ? MOMENTARY[error.code ?? ''] : undefined
      if (!again || tries > again.times) throw error
      await new Promise((resolve) => setTimeout(resolve, again.pause))
    }
  }
}

function begin<B>(purpose: string, body: B, storable: (body: B) => unknown): { key: string; mayHaveBeenDone: boolean } {
  const known = whole.get(purpose) ?? stored(purpose)
  if (known && JSON.stringify(known.body) === JSON.stringify(body)) return { key: known.key, mayHaveBeenDone: true }
  const key = newKey()
  whole.set(purpose, { key, body })
  tab.setItem(PREFIX + purpose, JSON.stringify({ key, body: storable(body) }))
  return { key, mayHaveBeenDone: false }
}

function stored(purpose: string): Attempt<unknown> | null {
  const text = tab.getItem(PREFIX + purpose)
  try {
    return text ? (JSON.parse(text) as Attempt<unknown>) : null
  } catch {
    return null
  }
}

/** `crypto.randomUUID` needs https, `getRandomValues` does not. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return `web-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
