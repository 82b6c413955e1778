// The errors of a request: the server rejects it, or the outcome is unknown. The test cases are shared:
// ticketing-sdk/tests/cases/outcomes.json.
import type { ErrorDetail } from './types'

/** The server responded with an error. */
export class ApiError extends Error {
  override name = 'ApiError'

  constructor(
    readonly status: number,
    readonly details: readonly ErrorDetail[],
    readonly requestId: string | null = null,
    /** How long to wait before a retry, in milliseconds. */
    readonly retryAfter: number | null = null,
  ) {
    super(details[0]?.message ?? `the server responded with ${status}`)
  }

  /** The code of the first detail. */
  get code(): string | null {
    return this.details[0]?.code ?? null
  }

  /** The current price of the ticket, if an order was rejected with `price_changed`. */
  get price(): number | null {
    return this.details.find(({ price }) => typeof price === 'number')?.price ?? null
  }

  /** What the response reveals about the write. */
  get outcome(): Outcome {
    const { code, status } = this
    if (status >= 500 || status === 408 || code === 'idempotency_key_in_flight') return 'unknown'
    // A response without a code comes from a proxy, which does not know the write.
    if (code === null) return 'not-started'
    return RETRYABLE_STATUSES.has(status) && !FINAL_CODES.has(code) ? 'not-started' : 'final'
  }
}

/**
 * `unknown`: the write may have taken effect. `not-started`: this request had no effect, but an earlier one with the same key may have
 * had. `final`: no request with this key has had or will have an effect.
 */
type Outcome = 'unknown' | 'not-started' | 'final'

/** Statuses of rejections that a retry may change. The server may send them before it looks up the idempotency key. */
const RETRYABLE_STATUSES = new Set([401, 403, 409, 425, 429])

/** Codes with such a status that the server sends after it looked up the key. An admission is never undone. */
const FINAL_CODES = new Set(['not_owner', 'price_changed', 'already_admitted'])

/** Returns what an error reveals about a write. */
export const outcomeOf = (error: unknown): Outcome => (error instanceof ApiError ? error.outcome : 'unknown')

/** There was no response. The request may have taken effect. */
export class NetworkError extends Error {
  override name = 'Unreachable'
}

/** Returns whether a request has ended since its response took too long. */
export const isTimeout = (error: unknown): boolean =>
  error instanceof NetworkError && error.cause instanceof DOMException && error.cause.name === 'TimeoutError'

/** Returns whether the server gives no answer. A 4xx is an answer. */
export const isUnreachable = (error: unknown): boolean => error instanceof NetworkError || (error instanceof ApiError && error.status >= 500)

export const isCode = (error: unknown, ...codes: string[]): boolean =>
  error instanceof ApiError && error.code !== null && codes.includes(error.code)

export const isStatus = (error: unknown, status: number): boolean =>
  error instanceof ApiError && error.status === status

/** Reads the body of an error response. A proxy may respond with something other than JSON. */
export async function toApiError(response: Response): Promise<ApiError> {
  const details = parseDetails(await response.text().catch(() => ''))
  const seconds = Number(response.headers.get('retry-after') ?? NaN)
  return new ApiError(
    response.status,
    details,
    response.headers.get('x-request-id'),
    Number.isFinite(seconds) ? seconds * 1000 : null,
  )
}

function parseDetails(text: string): ErrorDetail[] {
  try {
    const body = JSON.parse(text) as { errors?: unknown }
    if (!Array.isArray(body.errors)) return []
    return body.errors.filter((detail): detail is ErrorDetail => typeof (detail as ErrorDetail | null)?.message === 'string')
  } catch {
    return []
  }
}

/** Returns whether a read is retried automatically: the connection failed, or the server asks for a retry. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof ApiError)) return error instanceof NetworkError
  const { status, retryAfter } = error
  return (status >= 500 || status === 408 || status === 429) && (retryAfter ?? 0) <= MAX_RETRY_AFTER
}

/** The longest `Retry-After`, in milliseconds, that is waited for without asking the user. */
const MAX_RETRY_AFTER = 5000
