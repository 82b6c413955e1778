import { expect, it } from 'vitest'

import { sharedCases } from '../texts/shared-cases'
import { isOnDay, isWithin } from './event-day'

interface DayCase {
  startsAt: string | null
  at: string
  startsWithin: number
  admits: boolean
}

const { cases } = sharedCases<{ cases: DayCase[] }>('event_days.json', { cases: [] })

it('has the shared cases', () => {
  expect(cases.length).toBeGreaterThan(10)
})

it.each(cases)('$startsAt is within $startsWithin s of $at: $admits', ({ startsAt, at, startsWithin, admits }) => {
  expect(isWithin(startsAt, Date.parse(at), startsWithin)).toBe(admits)
})

it('keeps out nobody for a start that cannot be read', () => {
  expect([isWithin('someday', 0, 1), isWithin(undefined, 0, 1)]).toEqual([true, true])
})

it('knows the day of an event by the clock at its place', () => {
  const days = (startsAt: string, ...times: string[]) => times.map((at) => isOnDay(startsAt, Date.parse(at)))
  expect(days('2026-12-24T19:30:00+01:00', '2026-12-23T22:59:59Z', '2026-12-23T23:00:00Z', '2026-12-24T22:59:59Z', '2026-12-24T23:00:00Z')).toEqual([false, true, true, false])
  expect(days('2026-12-24T19:30:00-03:30', '2026-12-24T03:29:59Z', '2026-12-24T03:30:00Z')).toEqual([false, true])
  expect(days('2026-12-24T19:30:00Z', '2026-12-24T00:00:00Z', '2026-12-25T00:00:00Z')).toEqual([true, false])
})
