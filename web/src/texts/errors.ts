// What went wrong, in words.
import { ApiError, Unreachable } from '../api/problem'
import type { Texts } from './en'

/** What the server said of a field, in this language where it has words of its own for it. */
export const faultText = (texts: Texts, message: string): string => texts.faults[message] ?? message

/** Says an error as a sentence. */
export function errorText(texts: Texts, error: unknown): string {
  if (error instanceof Unreachable) return navigator.onLine ? texts.errors.unreachable : texts.errors.offline
  if (!(error instanceof ApiError)) return texts.broken.title
  const own: Record<string, unknown> = texts.errors
  const known = error.code ? own[error.code] : undefined
  if (typeof known === 'string' && error.code !== 'internal') return known
  if (error.status === 503 || error.status === 502 || error.status === 504) return texts.errors.unavailable
  if (error.status >= 500) return reference(texts, error)
  const message = error.faults[0]?.message
  return message ? faultText(texts, message) : texts.errors.internal
}

/** A failure inside is for people who can look it up. */
function reference(texts: Texts, error: ApiError): string {
  const id = error.requestId ? ` (${texts.errors.request(error.requestId)})` : ''
  return texts.errors.internal + id
}
