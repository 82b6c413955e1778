// What can go wrong with a request: the server says no, or nobody knows what became of it.
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

  /** Whether the request did certainly not take effect, nor will: only then may its key be forgotten. */
  get isFinal(): boolean {
    // Without a session the truth is known only to the one who signs in again.
    return this.status < 500 && ![401, 408, 409, 425, 429].includes(this.status)
  }
}

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
