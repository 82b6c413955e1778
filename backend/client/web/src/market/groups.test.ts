import { expect, it } from 'vitest'

import { dayOf, groupByPeriod, periodOf } from './groups'

/** A Friday. */
const TODAY = '2026-11-27'

it('names the period of an event by the day of its place', () => {
  expect(periodOf('2026-11-27T23:30:00+14:00', TODAY)).toBe('today')
  expect(periodOf('2026-11-29T23:59:00-10:00', TODAY)).toBe('thisWeek')
  expect(periodOf('2026-11-30T00:00:00+01:00', TODAY)).toBe('nextWeek')
  expect(periodOf('2026-12-06T12:00:00Z', TODAY)).toBe('nextWeek')
  expect(periodOf('2026-12-07T12:00:00Z', TODAY)).toBe('2026-12')
  expect(periodOf('2027-12-07T12:00:00Z', TODAY)).toBe('2027-12')
  expect(periodOf('2026-11-26T12:00:00Z', TODAY)).toBe('2026-11')
  expect(periodOf(null, TODAY)).toBe('undated')
  expect(periodOf('nonsense', TODAY)).toBe('undated')
})

it('counts a Sunday to the week that ends with it', () => {
  expect(periodOf('2026-11-30T12:00:00Z', '2026-11-29')).toBe('nextWeek')
  expect(periodOf('2026-12-06T12:00:00Z', '2026-11-30')).toBe('thisWeek')
})

it('groups in the order of the list', () => {
  const at = (startsAt: string | null) => ({ startsAt })
  const [a, b, c, d] = [at('2026-11-28T12:00:00Z'), at('2026-12-24T12:00:00Z'), at('2026-12-31T12:00:00Z'), at(null)]
  expect(groupByPeriod([a, b, c, d], TODAY)).toEqual([['thisWeek', [a]], ['2026-12', [b, c]], ['undated', [d]]])
})

it('knows the day of the device', () => {
  expect(dayOf(new Date(2026, 0, 5, 23, 59))).toBe('2026-01-05')
})
