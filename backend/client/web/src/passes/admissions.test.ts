import { expect, it } from 'vitest'

import { admissionsOf, canResell, hasEnteredUnused, isAdmittedTwice } from './admissions'

const first = { admittedAt: '2026-12-24T18:04:05Z', device: 'north' }

it('has every admission of a pass, the first one first', () => {
  const second = { admittedAt: '2026-12-24T18:06:00Z' }
  expect(admissionsOf({ ...first, doubleAdmissions: [second] })).toEqual([first, { ...second, device: null }])
  expect(isAdmittedTwice({ ...first, doubleAdmissions: [second] })).toBe(true)
})

it('calls one admission no double one', () => {
  expect(admissionsOf(first)).toEqual([first])
  expect([isAdmittedTwice(first), isAdmittedTwice({ doubleAdmissions: [] }), isAdmittedTwice({})]).toEqual([false, false, false])
})

it('tells an admission of a pass that is not used from a double one', () => {
  const unused = { doubleAdmissions: [{ admittedAt: '2026-12-24T18:06:00Z', device: 'north' }] }
  expect(admissionsOf(unused)).toEqual([{ admittedAt: '2026-12-24T18:06:00Z', device: 'north' }])
  expect([unused, first, { ...first, ...unused }, {}].map(isAdmittedTwice)).toEqual([false, false, true, false])
  expect([unused, first, { ...first, ...unused }, {}].map(hasEnteredUnused)).toEqual([true, false, false, false])
})

it('sells no pass on that an earlier holder has entered with', () => {
  expect(canResell({ status: 'valid' })).toBe(true)
  expect(canResell({ status: 'valid', doubleAdmissions: [first] })).toBe(false)
  expect(canResell({ status: 'used' })).toBe(false)
})
