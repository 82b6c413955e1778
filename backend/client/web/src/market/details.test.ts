import { expect, it } from 'vitest'

import { DETAILS, clockTime, detailsOfDraft, draftOfDetails, offsetOf } from './details'

it('leaves empty fields out of a new ticket, and clears them of an existing one', () => {
  const draft = draftOfDetails({ venue: 'Tivoli' })
  expect(detailsOfDraft({ ...draft, seat: ' ' }, false)).toEqual({ venue: 'Tivoli' })
  expect(detailsOfDraft(draft, true)).toEqual({ ...Object.fromEntries(DETAILS.map((field) => [field, null])), venue: 'Tivoli' })
})

it('reads the clock time and the offset of the place', () => {
  expect(clockTime('2026-12-24T19:30:00.5+05:45')).toBe('2026-12-24T19:30')
  expect(offsetOf('2026-12-24T19:30:00z')).toBe('z')
  expect(clockTime('nonsense')).toBe('')
})
