// What can go wrong with a request: the server refuses it, or its outcome is unknown. The cases are shared:
// ticketing-sdk/tests/cases/outcomes.json.
import type { Fault } from './types'

/** The server answered, and it was an error. */
export class ApiError extends Error {
  override name = 'ApiError'

  constructor(
    readonly status: number,
    readonly faults: readonly Fault[],
    readonly requestId: string | null = null,
    /** How long to wait before another try, in milliseconds. */
    readonly retryAfter: number | null = null,
  ) {
    super(faults[0]?.message ?? `the server answered ${status}`)
  }

  /** The code of the first fault. */
  get code(): string | null {
    return this.faults[0]?.code ?? null
  }

  /** What the ticket costs now, where an order was refused with `price_changed`. */
  get price(): number | null {
    return this.faults.find(({ price }) => typeof price === 'number')?.price ?? null
  }

  /** What the answer says about the write that it answers. */
  get outcome(): Outcome {
    const { code, status } = this
    if (status >= 500 || status === 408 || code === 'idempotency_key_in_flight') return 'unknown'
    // An answer without a code is that of a proxy, which knows nothing of the write.
    if (code === null) return 'not-started'
    return MOMENTARY.has(status) && !FINAL.has(code) ? 'not-started' : 'final'
  }
}

/**
 * `unknown`: the write may have taken effect. `not-started`: this request did nothing, which says nothing about an earlier
 * one with the same key. `final`: no request with this key took effect, nor will one.
 */
export type Outcome = 'unknown' | 'not-started' | 'final'

/** Refusals that another try may change: they may be given before the key of a write is looked up. */
const MOMENTARY = new Set([401, 403, 409, 425, 429])

/** Refusals with such a status that are given after the key is looked up. */
const FINAL = new Set(['not_owner', 'price_changed'])

/** What is known about a write after an error. */
export const outcomeOf = (error: unknown): Outcome => (error instanceof ApiError ? error.outcome : 'unknown')

/** No answer came. The request may have taken effect. */
export class Unreachable extends Error {
  override name = 'Unreachable'
}

export const isCode = (error: unknown, ...codes: string[]): boolean =>
  error instanceof ApiError && error.code !== null && codes.includes(error.code)

export const isStatus = (error: unknown, status: number): boolean =>
  error instanceof ApiError && error.status === status

/** Reads the body of an error answer; what stands before the server may answer something else than JSON. */
export async function problemOf(response: Response): Promise<ApiError> {
  const faults = faultsOf(await response.text().catch(() => ''))
  const seconds = Number(response.headers.get('retry-after') ?? NaN)
  return new ApiError(
    response.status,
    faults,
    response.headers.get('x-request-id'),
    Number.isFinite(seconds) ? seconds * 1000 : null,
  )
}

function faultsOf(text: string): Fault[] {
  try {
    const body = JSON.parse(text) as { errors?: unknown }
    if (!Array.isArray(body.errors)) return []
    return body.errors.filter((fault): fault is Fault => typeof (fault as Fault | null)?.message === 'string')
  } catch {
    return []
  }
}

/** Whether a read is worth repeating without being asked: it failed on the way, or the server asks for patience. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof ApiError)) return error instanceof Unreachable
  const { status, retryAfter } = error
  return (status >= 500 || status === 408 || status === 429) && (retryAfter ?? 0) <= LONGEST_WAIT
}

/** A wait that the server asks for and that is longer, in milliseconds, is for people to decide. */
const LONGEST_WAIT = 5000
