import { expect, it } from 'vitest'

import { sharedCases } from '../texts/shared-cases'
import { ApiError, NetworkError, isUnreachable } from './problem'

interface OutcomeCase {
  status: number
  code: string | null
  mayHaveBeenDone: boolean
  settlesEarlierAttempt: boolean
}

const cases = sharedCases<OutcomeCase[]>('outcomes.json', []).filter(({ status }) => status >= 400)

it('has the shared cases', () => {
  expect(cases.length).toBeGreaterThan(20)
})

it.each(cases)('$status $code says of a write what the shared table says', ({ status, code, mayHaveBeenDone, settlesEarlierAttempt }) => {
  const { outcome } = new ApiError(status, code ? [{ message: 'no', code }] : [])
  expect(outcome === 'final').toBe(settlesEarlierAttempt)
  // Keeping a key that is not needed does no harm; dropping one that is needed does.
  if (mayHaveBeenDone) expect(outcome).toBe('unknown')
})

it('takes only silence and 5xx for no answer', () => {
  expect([new NetworkError('lost'), new ApiError(500, []), new ApiError(503, [])].map(isUnreachable)).toEqual([true, true, true])
  expect([400, 401, 403, 404, 408, 409, 422, 429].map((status) => isUnreachable(new ApiError(status, [])))).toEqual(Array(8).fill(false))
  expect(isUnreachable(new Error('an error of the page'))).toBe(false)
})
