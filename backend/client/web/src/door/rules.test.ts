import { expect, it } from 'vitest'

import { ApiError, NetworkError } from '../api/problem'
import type { Pass } from '../api/types'
import { type DoorAdmission, decide, isOneUploadError, keyOf, outcomeOfUpload, withAdmissions } from './rules'

const AT = '2026-12-24T18:04:05.123Z'
const admission = (more: Partial<DoorAdmission> = {}): DoorAdmission => ({
  passId: 'p', serial: 0, code: 'TK1', title: 'Duet', seat: null, at: AT, device: 'north', key: 'k', asked: null, outcome: null, ...more,
})
const pass = (status: Pass['status'], serial = 1) => ({ serial, status, admittedAt: status === 'used' ? AT : null, device: status === 'used' ? 'south' : null })
const reason = (serial: number, listed: Parameters<typeof decide>[1], ...own: DoorAdmission[]) => decide({ serial }, listed, own)?.reason ?? null

it('admits the current holder and a later one', () => {
  expect([reason(1, pass('valid')), reason(2, pass('valid')), reason(2, pass('offered'))]).toEqual([null, null, null])
})

it('refuses what the list refuses', () => {
  expect(reason(0, undefined)).toBe('not_listed')
  expect(reason(0, pass('valid'))).toBe('pass_superseded')
  expect(reason(0, pass('used'))).toBe('pass_superseded')
  expect(reason(1, pass('offered'))).toBe('pass_offered')
  expect(reason(1, pass('void'))).toBe('pass_invalid')
  expect(reason(1, pass('of a later version' as Pass['status']))).toBe('pass_invalid')
  expect(decide({ serial: 1 }, pass('used'), [])).toEqual({ reason: 'already_admitted', first: { admittedAt: AT, device: 'south' } })
})

it('judges the day before the holder and the status, if it admits the events of one evening', () => {
  const listed = (status: Pass['status']) => ({ ...pass(status), startsAt: '2026-12-24T19:30:00+01:00' })
  const at = (time: string) => ({ at: Date.parse(time), seconds: 12 * 3600 })
  const [evening, before] = [at('2026-12-24T18:04:05Z'), at('2026-12-23T18:04:05Z')]
  expect(decide({ serial: 1 }, listed('valid'), [], evening)).toBeNull()
  expect(decide({ serial: 1 }, listed('valid'), [], before)).toEqual({ reason: 'pass_other_day', first: null })
  expect([decide({ serial: 0 }, listed('used'), [], before), decide({ serial: 1 }, listed('offered'), [admission({ serial: 1 })], before)].map((one) => one?.reason))
    .toEqual(['pass_other_day', 'pass_other_day'])
  expect(decide({ serial: 1 }, pass('valid'), [], before), 'without a start').toBeNull()
  expect(decide({ serial: 1 }, undefined, [], before)?.reason).toBe('not_listed')
})

it('refuses what it has admitted itself, also before the server knows', () => {
  const before = admission({ serial: 2 })
  expect(decide({ serial: 2 }, pass('valid'), [before])).toEqual({ reason: 'already_admitted', first: { admittedAt: AT, device: 'north' } })
  expect(reason(3, pass('valid'), before), 'a later holder').toBeNull()
  expect(reason(1, pass('valid'), before)).toBe('pass_superseded')
})

it('goes on after an upload that fails for itself', () => {
  const failed = (status: number, code: string) => isOneUploadError(new ApiError(status, [{ message: 'no', code }]))
  expect([failed(404, 'not_found'), failed(422, 'idempotency_key_reused'), isOneUploadError(new ApiError(403, []))]).toEqual([true, true, true])
  expect([failed(401, 'not_signed_in'), failed(409, 'other_user'), failed(429, 'too_many_requests'), failed(503, 'unavailable'), isOneUploadError(new NetworkError('lost'))]).toEqual(Array(5).fill(false))
})

it('settles an upload by the answer of the server alone', () => {
  const outcome = (status: number, detail: object) => outcomeOfUpload(new ApiError(status, [{ message: 'no', ...detail }]), admission())
  const other = { code: 'already_admitted', admittedAt: '2026-12-24T18:00:00Z', device: 'south' }
  expect(outcome(409, other)).toEqual({ kind: 'double' })
  expect(outcome(409, { ...other, device: 'north' })).toEqual({ kind: 'double' })
  expect(outcome(409, { ...other, admittedAt: '2026-12-24T18:04:05.123000Z', device: 'north' })).toEqual({ kind: 'uploaded' })
  expect(outcome(400, { code: 'pass_superseded' })).toEqual({ kind: 'refused', reason: 'pass_superseded' })
  for (const [status, code] of [[401, 'not_signed_in'], [409, 'other_user'], [409, 'idempotency_key_in_flight'], [429, 'too_many_requests'], [503, 'unavailable']] as const) {
    expect(outcome(status, { code }), code).toBeNull()
  }
  expect(outcomeOfUpload(new ApiError(403, []), admission())).toBeNull()
  expect(outcomeOfUpload(new NetworkError('lost'), admission())).toBeNull()
})

it('counts its own admissions in the list', () => {
  const listed = [{ id: 'p', ...pass('valid') }, { id: 'q', ...pass('valid') }, { id: 'r', ...pass('used') }, { id: 's', ...pass('valid') }] as Pass[]
  const kept = new Map([
    admission({ serial: 1 }), admission({ passId: 'q', serial: 1, outcome: { kind: 'refused', reason: 'pass_offered' } }), admission({ passId: 'r', serial: 1 }),
    admission({ passId: 's', serial: 0 }),
  ].map((one) => [keyOf(one), one]))
  expect(withAdmissions(listed, kept).map(({ status, device }) => [status, device]))
    .toEqual([['used', 'north'], ['valid', null], ['used', 'south'], ['valid', null]])
})
