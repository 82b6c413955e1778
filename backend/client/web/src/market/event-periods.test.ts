import { expect, it } from 'vitest'

import { sharedCases } from '../texts/shared-cases'
import { periodOf } from './groups'

interface PeriodCase {
  startsAt: string | null
  today: string
  period: string
}

const { cases } = sharedCases<{ cases: PeriodCase[] }>('event_periods.json', { cases: [] })

it('has the shared cases', () => {
  expect(cases.length).toBeGreaterThan(10)
})

it.each(cases)('$startsAt is in the period $period on $today', ({ startsAt, today, period }) => {
  expect(periodOf(startsAt, today)).toBe(period)
})
