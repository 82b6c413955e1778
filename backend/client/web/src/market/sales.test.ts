import { expect, it } from 'vitest'

import { lastPast } from '../ui/use-now'
import { saleStatus } from './sales'

const start = '2026-12-24T19:30:00+01:00'
const at = Date.parse(start)

it('ends the sales when the event starts, by the instant and not by the clock of the place', () => {
  const ticket = { status: 'available' as const, startsAt: start }
  expect([at - 1, at, at + 1].map((now) => saleStatus(ticket, lastPast([at], now)))).toEqual(['available', 'ended', 'ended'])
  expect(saleStatus({ status: 'available' }, at)).toBe('available')
  expect(saleStatus({ status: 'available', startsAt: 'someday' }, at)).toBe('available')
})

it('leaves what is reserved, sold or withdrawn as it is', () => {
  expect((['reserved', 'sold'] as const).map((status) => saleStatus({ status, startsAt: start }, at))).toEqual(['reserved', 'sold'])
  expect(saleStatus({ status: 'available', startsAt: start, withdrawn: true }, at)).toBe('withdrawn')
})

it('knows the last event that has started', () => {
  expect(lastPast([3, 1, 7, NaN], 5)).toBe(3)
  expect(lastPast([7], 5)).toBe(0)
})
