import { expect, it } from 'vitest'

import { DETAILS, clockTime, detailsOfDraft, deviceOffset, draftOfDetails, offsetOf, withOffset } from './details'

it('leaves empty fields out of a new ticket, and clears them of an existing one', () => {
  const draft = draftOfDetails({ venue: 'Tivoli' })
  expect(detailsOfDraft({ ...draft, seat: ' ' }, false)).toEqual({ venue: 'Tivoli' })
  expect(detailsOfDraft(draft, true)).toEqual({ ...Object.fromEntries(DETAILS.map((field) => [field, null])), venue: 'Tivoli' })
})

it('keeps the offset of the place', () => {
  expect(clockTime('2026-12-24T19:30:00.5+05:45')).toBe('2026-12-24T19:30')
  expect(offsetOf('2026-12-24T19:30:00z')).toBe('z')
  expect(withOffset('2026-12-24T20:00', '2026-12-24T19:30:00+05:45')).toBe('2026-12-24T20:00:00+05:45')
  expect(withOffset('', '2026-12-24T19:30:00+05:45')).toBe('')
  expect(clockTime('nonsense')).toBe('')
})

it('takes the offset of the device for a new time', () => {
  const at = new Date('2026-12-24T20:00')
  expect(withOffset('2026-12-24T20:00', '')).toBe(`2026-12-24T20:00:00${deviceOffset(at)}`)
  expect(new Date(withOffset('2026-12-24T20:00', '')).getTime()).toBe(at.getTime())
})
