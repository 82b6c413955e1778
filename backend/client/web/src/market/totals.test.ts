import { expect, it } from 'vitest'

import { inTab, totalsOf } from './totals'

const ticket = (status: 'available' | 'reserved' | 'sold', price: number, withdrawn = false) => ({ status, price, withdrawn })

it('sums the prices of each status exactly, without withdrawn tickets', () => {
  const totals = totalsOf([ticket('sold', 0.1), ticket('sold', 0.2), ticket('available', 19.99), ticket('available', 5, true)])
  expect(totals).toEqual({
    available: { count: 1, amount: 19.99 },
    reserved: { count: 0, amount: 0 },
    sold: { count: 2, amount: 0.3 },
  })
})

it('shows every ticket in the tab of all, and others by status', () => {
  expect([ticket('sold', 1), ticket('reserved', 1)].filter(inTab('all'))).toHaveLength(2)
  expect([ticket('sold', 1), ticket('reserved', 1)].filter(inTab('sold'))).toEqual([ticket('sold', 1)])
  expect([ticket('available', 1, true)].filter(inTab('available'))).toEqual([])
})
