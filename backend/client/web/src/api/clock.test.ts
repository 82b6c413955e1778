import { expect, it } from 'vitest'

import { narrow, skewOf } from './clock'

it('reports no offset if the bounds allow it', () => {
  const date = Date.parse('2026-11-22T10:15:00Z')
  expect(skewOf(null)).toBe(0)
  expect(skewOf(narrow(null, date, date + 400, date + 420))).toBe(0)
})

it('narrows the bounds with each response', () => {
  const ahead = 90_500
  let known = null
  for (let at = 1_000_000; at < 1_010_000; at += 730) {
    const date = Math.floor((at + ahead) / 1000) * 1000
    known = narrow(known, date, at - 10, at + 10)
    expect(known.low).toBeLessThanOrEqual(ahead)
    expect(known.high).toBeGreaterThanOrEqual(ahead)
  }
  expect(Math.abs(skewOf(known) - ahead)).toBeLessThan(100)
})

it('discards the bounds after a clock was set', () => {
  const before = narrow(null, 1_000_000, 1_000_100, 1_000_200)
  const after = narrow(before, 1_061_000, 1_001_100, 1_001_200)
  expect(skewOf(after)).toBeGreaterThan(59_000)
})
