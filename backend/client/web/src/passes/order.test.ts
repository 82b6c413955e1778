import { expect, it } from 'vitest'

import { byStart, isCurrent } from './order'

it('next event is first, events without a date are last and keep their order', () => {
  const passes = [
    { id: 'undated' },
    { id: 'late', startsAt: '2027-01-01T20:00:00+01:00' },
    { id: 'also undated', startsAt: null },
    // The later clock, the earlier instant.
    { id: 'early', startsAt: '2026-12-31T23:00:00+09:00' },
    { id: 'later', startsAt: '2026-12-31T22:00:00+01:00' },
  ]
  expect(byStart(passes).map(({ id }) => id)).toEqual(['early', 'later', 'late', 'undated', 'also undated'])
})

it('what is offered admits again, what is used or void does not', () => {
  expect((['valid', 'offered', 'used', 'void'] as const).filter((status) => isCurrent({ status }))).toEqual(['valid', 'offered'])
})
