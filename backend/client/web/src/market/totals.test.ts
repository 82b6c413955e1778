import { expect, it } from 'vitest'

import { inTab, totalsOf } from './totals'

const start = '2026-12-24T19:30:00+01:00'
const past = Date.parse(start)
const ticket = (status: 'available' | 'reserved' | 'sold', price: number, withdrawn = false, startsAt: string | null = null) => ({ status, price, withdrawn, startsAt })

it('sums the prices of each status exactly, without withdrawn tickets', () => {
  const ended = ticket('available', 7, false, start)
  const totals = totalsOf([ticket('sold', 0.1), ticket('sold', 0.2), ticket('available', 19.99), ticket('available', 5, true), ended], past)
  expect(totals).toEqual({
    available: { count: 1, amount: 19.99 },
    reserved: { count: 0, amount: 0 },
    sold: { count: 2, amount: 0.3 },
    ended: { count: 1, amount: 7 },
  })
})

it('shows every ticket in the tab of all, and others by status', () => {
  expect([ticket('sold', 1), ticket('reserved', 1)].filter(inTab('all', 0))).toHaveLength(2)
  expect([ticket('sold', 1), ticket('reserved', 1)].filter(inTab('sold', 0))).toEqual([ticket('sold', 1)])
  expect([ticket('available', 1, true)].filter(inTab('available', 0))).toEqual([])
  expect(['available', 'ended'].map((tab) => inTab(tab as 'ended', past)(ticket('available', 1, false, start)))).toEqual([false, true])
})
