// Writes that must take effect once. Each has a key that is kept until its outcome is known, across reloads.
import { tab } from '../storage'
import { ApiError, isCode } from './problem'

interface Attempt {
  key: string
  body: unknown
}

const PREFIX = 'attempt:'
const underWay = new Map<string, Promise<unknown>>()
/** How long to wait until the server has answered the first request with the same key. */
const PAUSE = 500
const PAUSES = 60

/** The body of an attempt of which nobody knows what became. */
export function unfinished<B>(purpose: string): B | null {
  return (read(purpose)?.body ?? null) as B | null
}

/** Forgets an attempt: its outcome is known. */
export function settle(purpose: string): void {
  tab.removeItem(PREFIX + purpose)
}

/**
 * Does a write once. The same purpose while it is under way is the same write, so a double click is one click; the
 * same body after an answer that was lost goes out under the same key, so the server answers what became of the first.
 * `isDone` says whether the answer is the outcome; else the attempt stays until `settle`.
 */
export function once<B, T>(
  purpose: string,
  body: B,
  write: (key: string, body: B) => Promise<T>,
  isDone: (answer: T) => boolean = () => true,
): Promise<T> {
  const running = underWay.get(purpose)
  if (running) return running as Promise<T>
  const promise = (async () => {
    const { key } = begin(purpose, body)
    try {
      const answer = await answered(() => write(key, body))
      if (isDone(answer)) settle(purpose)
      return answer
    } catch (error) {
      if (error instanceof ApiError && error.isFinal) settle(purpose)
      throw error
    }
  })().finally(() => underWay.delete(purpose))
  underWay.set(purpose, promise)
  return promise
}

async function answered<T>(write: () => Promise<T>): Promise<T> {
  for (let pauses = 0; ; pauses++) {
    try {
      return await write()
    } catch (error) {
      if (pauses === PAUSES || !isCode(error, 'idempotency_key_in_flight')) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE))
  }
}

function begin(purpose: string, body: unknown): Attempt {
  const known = read(purpose)
  if (known && JSON.stringify(known.body) === JSON.stringify(body)) return known
  const attempt = { key: newKey(), body }
  tab.setItem(PREFIX + purpose, JSON.stringify(attempt))
  return attempt
}

function read(purpose: string): Attempt | null {
  const text = tab.getItem(PREFIX + purpose)
  try {
    return text ? (JSON.parse(text) as Attempt) : null
  } catch {
    return null
  }
}

/** `crypto.randomUUID` needs https, `getRandomValues` does not. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return `web-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
