import { expect, it } from 'vitest'

import { wasSet } from './clock-watch'

const HOUR = 3_600_000
const at = (day: number, steady: number) => ({ day, steady })

it('clocks that go on alike were not set', () => {
  expect(wasSet(at(0, 0), at(HOUR, HOUR), true)).toBe(false)
  expect(wasSet(at(0, 0), at(HOUR + 3000, HOUR), true)).toBe(false)
})

it('time of day that goes back was set', () => {
  for (const wasAwake of [true, false]) expect(wasSet(at(HOUR, 0), at(HOUR - 6000, 1000), wasAwake)).toBe(true)
})

it('time of day that goes ahead was set, unless the device may have slept', () => {
  expect(wasSet(at(0, 0), at(HOUR, 1000), true)).toBe(true)
  expect(wasSet(at(0, 0), at(HOUR, 1000), false)).toBe(false)
})
