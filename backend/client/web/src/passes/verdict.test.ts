import { expect, it } from 'vitest'

import { ApiError, NetworkError } from '../api/problem'
import { cleanCode, enteredBefore, isOtherDay, isRepeat, nameOfCode, refusalOf, startOf, withEvent } from './verdict'

const refusal = (status: number, detail: object) => refusalOf(new ApiError(status, [{ message: 'no', ...detail }]))

it('says when and where a pass was admitted first', () => {
  const first = { admittedAt: '2026-12-24T18:04:05Z', device: 'north door' }
  expect(refusal(409, { code: 'already_admitted', ...first })).toEqual({ kind: 'refused', reason: 'already_admitted', first })
  expect(refusal(409, { code: 'already_admitted', admittedAt: first.admittedAt })).toMatchObject({ first: { device: null } })
})

it('refuses by the code of the error', () => {
  for (const code of ['pass_invalid', 'pass_superseded', 'pass_offered'] as const) {
    expect(refusal(400, { code })).toEqual({ kind: 'refused', reason: code, first: null })
  }
  expect(refusal(401, { code: 'not_owner' })).toMatchObject({ kind: 'refused', reason: 'not_owner' })
  expect(refusal(400, { code: 'invalid_input', field: 'code' })).toMatchObject({ kind: 'refused', reason: 'pass_invalid' })
})

it('does not call an unknown outcome a refusal', () => {
  expect(refusalOf(new NetworkError('lost')).kind).toBe('unknown')
  expect(refusal(503, { code: 'unavailable' }).kind).toBe('unknown')
  expect(refusal(401, { code: 'not_signed_in' }).kind).toBe('unknown')
})

it('keeps a space that ends a code', () => {
  expect(cleanCode('  TK1AB \r\n')).toBe('TK1AB ')
  expect(cleanCode('TK1AB\t')).toBe('TK1AB')
})

it('takes a code that is read twice at once for one guest', () => {
  const last = { code: 'TK1A', kind: 'admitted' as const, at: 5000 }
  expect([4990, 5699, 5700].map((at) => isRepeat(last, 'TK1A', at))).toEqual([true, true, false])
  expect([isRepeat(last, 'TK1B', 5100), isRepeat({ ...last, kind: 'refused' }, 'TK1A', 5100), isRepeat(null, 'TK1A', 0)]).toEqual([false, false, false])
})

it('knows who has entered before with an admitted pass', () => {
  const admission = { passId: 'p', title: 'Opera', admittedAt: '2026-12-24T18:04:05Z' }
  const before = [{ admittedAt: '2026-12-24T18:00:00Z', device: 'north' }]
  expect(enteredBefore({ kind: 'admitted', admission: { ...admission, doubleAdmissions: before } })).toEqual(before)
  expect(enteredBefore({ kind: 'admitted', admission })).toEqual([])
  expect(enteredBefore({ kind: 'unknown', error: null })).toEqual([])
})

const STARTS = '2026-12-24T19:30:00+01:00'

it('names the event of a refusal for another day as the server does', () => {
  const event = { title: 'Opera', startsAt: STARTS }
  expect(refusal(400, { code: 'pass_other_day', ...event })).toEqual({ kind: 'refused', reason: 'pass_other_day', first: null, event })
})

it('names the event of the list for a genuine code', () => {
  const listed = { title: 'Opera', startsAt: STARTS }
  const refused = (reason: 'already_admitted' | 'pass_invalid' | 'pass_other_day') => ({ kind: 'refused', reason, first: null }) as const
  expect(withEvent(refused('already_admitted'), listed).event).toEqual(listed)
  expect(withEvent(refused('pass_invalid'), listed).event).toBeUndefined()
  expect(withEvent({ kind: 'unknown', error: null }, listed).event).toBeUndefined()
  expect(withEvent({ ...refused('pass_other_day'), event: { title: 'Play', startsAt: null } }, listed).event?.title).toBe('Play')
})

it('warns of an event that starts more than 12 hours before or after the admission', () => {
  const admitted = (admittedAt: string, startsAt?: string) => ({ kind: 'admitted', admission: { passId: 'p', title: 'Opera', admittedAt, ...(startsAt && { startsAt }) } }) as const
  const times = ['2026-12-24T06:29:59.999Z', '2026-12-24T06:30:00.000Z', '2026-12-25T06:30:00.000Z', '2026-12-25T06:30:00.001Z']
  expect(times.map((at) => isOtherDay(admitted(at, STARTS)))).toEqual([true, false, false, true])
  // An earlier server does not send the start: the list has it.
  const listed = withEvent(admitted('2026-12-20T18:00:00Z'), { title: 'Opera', startsAt: STARTS })
  expect([isOtherDay(listed), startOf(listed), isOtherDay(admitted('2026-12-20T18:00:00Z'))]).toEqual([true, STARTS, false])
})

it.each([
  ['TK1ABCDEFGHIJKLMNOP', { title: 'Vespers', seat: 'Seat 1' }, 'Seat 1 · Vespers'],
  ['TK1ABCDEFGHIJKLMNOP', { title: 'Vespers\u202e', seat: null }, 'Vespers'],
  ['TK1ABCDEFGHIJKLMNOP', undefined, '…IJKLMNOP'],
  ['short', undefined, 'short'],
])('scan of %s is named by its ticket, or by the end of the code', (code, pass, name) => {
  expect(nameOfCode(code, pass)).toBe(name)
})
