import { expect, it } from 'vitest'

import { REPEAT_TIME, cameraErrorOf, withoutRepeats } from './camera'

it('reports a code that stays in view once, and again after a pause', () => {
  const seen: string[] = []
  let now = 0
  const report = withoutRepeats((code) => seen.push(code), () => now)
  for (; now < 3 * REPEAT_TIME; now += 200) report('A')
  report('B')
  report('A')
  now += REPEAT_TIME + 1
  report('A')
  expect(seen).toEqual(['A', 'B', 'A', 'A'])
})

it('tells why there is no camera', () => {
  const errors = ['NotAllowedError', 'NotFoundError', 'NotReadableError', 'DataError'].map((name) => cameraErrorOf(new DOMException('no', name)))
  expect([...errors, cameraErrorOf(new TypeError('no'))]).toEqual(['denied', 'missing', 'busy', 'failed', 'failed'])
})
