// Texts of errors.
import { ApiError, NetworkError } from '../api/problem'
import type { Texts } from './en'

/** Matches the numbers of a message, such as a limit. In the catalogue `{}` stands for each. */
const NUMBER = /\d+(?:[.,]\d+)*/g

/** Returns the message of a detail in this language. A message of a later server is in English, and is named as such. */
export function detailText(texts: Texts, message: string): string {
  const exact = texts.fieldErrors[message]
  if (exact !== undefined) return exact
  const numbers = message.match(NUMBER) ?? []
  const general = texts.fieldErrors[message.replace(NUMBER, '{}')]
  return general === undefined ? texts.errors.other(message) : general.replaceAll('{}', () => numbers.shift() ?? '')
}

/** Returns the texts of an error, each once: those of its details, or that of the whole. */
export function errorTexts(texts: Texts, error: unknown): string[] {
  const details = error instanceof ApiError ? error.details : []
  return details.length ? [...new Set(details.map(({ message }) => detailText(texts, message)))] : [errorText(texts, error)]
}

/** Returns the reason of a declined card; null where it says only that the card was declined, as the heading does. */
export function declineReason(texts: Texts, error: ApiError): string | null {
  const message = error.details[0]?.message
  return message && !/card was declined\.?$/i.test(message) ? detailText(texts, message) : null
}

/** Returns the text of an error. */
export function errorText(texts: Texts, error: unknown): string {
  if (error instanceof NetworkError) return navigator.onLine ? texts.errors.unreachable : texts.errors.offline
  if (!(error instanceof ApiError)) return texts.broken.title
  const own: Record<string, unknown> = texts.errors
  const known = error.code ? own[error.code] : undefined
  if (typeof known === 'string' && error.code !== 'internal') return known
  if (error.status === 503 || error.status === 502 || error.status === 504) return texts.errors.unavailable
  if (error.status >= 500) return internalError(texts, error)
  const message = error.details[0]?.message
  return message ? detailText(texts, message) : texts.errors.internal
}

/** Appends the request id to an internal error, so that an operator can find it in the logs. */
function internalError(texts: Texts, error: ApiError): string {
  const id = error.requestId ? ` (${texts.errors.request(error.requestId)})` : ''
  return texts.errors.internal + id
}
