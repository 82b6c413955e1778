import { beforeEach, expect, it } from 'vitest'

import type { Pass } from '../api/types'
import { forgetPass, forgetPasses, keepAllPasses, keepPasses, keptPass, keptPasses, userOfPasses } from './passes'

const NOW = Date.parse('2026-12-01T12:00:00Z')
const HOLDER = { id: 'u', email: 'holder@example.com' }
const OTHER = { id: 'v', email: 'other@example.com' }
const pass = (id: string, more: Partial<Pass> = {}) => ({ id, status: 'valid', code: `TK1${id}`, serial: 0, ...more }) as Pass
const ids = (userId = HOLDER.id) => keptPasses(userId).map(({ pass: { id } }) => id)

beforeEach(forgetPasses)

it('keeps the passes that can be shown, the next event first', () => {
  const late = pass('late', { startsAt: '2027-01-05T19:30:00+01:00' })
  keepPasses(HOLDER, [late, pass('soon', { startsAt: '2026-12-02T19:30:00+01:00' }), pass('undated')], NOW)
  keepPasses(HOLDER, [pass('used', { status: 'used' }), pass('offered', { status: 'offered' }), pass('issued', { code: null }), pass('past', { startsAt: '2026-10-01T00:00:00Z' })], NOW)
  expect(ids()).toEqual(['soon', 'late', 'undated'])
  expect(keptPass(HOLDER.id, 'late')).toEqual({ pass: late, at: NOW })
  expect(userOfPasses()).toEqual(HOLDER)
})

it('replaces a code that the server has replaced, and forgets one that admits nobody any more', () => {
  keepPasses(HOLDER, [pass('a'), pass('b'), pass('c')], NOW)
  keepPasses(HOLDER, [pass('a', { code: 'TK1 new', serial: 2 }), pass('b', { status: 'offered', code: null })], NOW + 1)
  forgetPass(HOLDER, 'c')
  expect(keptPasses(HOLDER.id)).toEqual([{ pass: pass('a', { code: 'TK1 new', serial: 2 }), at: NOW + 1 }])
})

it('forgets what is not among all passes of the user, but for what has come since', () => {
  keepPasses(HOLDER, [pass('given away'), pass('kept')], NOW)
  keepPasses(HOLDER, [pass('bought meanwhile')], NOW + 2)
  keepAllPasses(HOLDER, [pass('kept')], NOW + 1)
  expect(ids().sort()).toEqual(['bought meanwhile', 'kept'])
  keepAllPasses(HOLDER, [], NOW + 3)
  expect([ids(), userOfPasses()]).toEqual([[], null])
})

it('shows no pass to another user, and keeps those of one user only', () => {
  keepPasses(HOLDER, [pass('a')], NOW)
  expect(ids(OTHER.id)).toEqual([])
  keepPasses(OTHER, [pass('b')], NOW)
  expect([ids(), ids(OTHER.id)]).toEqual([[], ['b']])
  forgetPasses()
  expect([ids(OTHER.id), userOfPasses()]).toEqual([[], null])
})
