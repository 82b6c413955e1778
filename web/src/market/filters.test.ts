import { expect, it } from 'vitest'

import type { Ticket } from '../api/types'
import { sharedCases } from '../texts/shared-cases'
import { NO_FILTERS, fits, readFilters, toPath, toQuery } from './filters'

it('are the address and back', () => {
  const filters = { q: 'jazz & lake', minPrice: '10', maxPrice: '99.5', sort: '-price' } as const
  expect(toPath(filters)).toBe('/?q=jazz+%26+lake&minPrice=10&maxPrice=99.5&sort=-price')
  expect(readFilters(toPath(filters).slice(1))).toEqual(filters)
  expect(toPath(NO_FILTERS)).toBe('/')
  expect(readFilters('')).toEqual(NO_FILTERS)
  expect(readFilters('?sort=nonsense&q=a').sort).toBe('newest')
})

it('ask the API for the newest first unless told', () => {
  expect(toQuery(NO_FILTERS).toString()).toBe('sort=newest')
  expect(toQuery({ ...NO_FILTERS, minPrice: '１,０００' }).get('minPrice')).toBe('1000')
})

it('know what belongs in the list', () => {
  const ticket: Ticket = { id: '1', title: 'Jazz at the LAKE', price: 38, userId: 'x', version: 0, status: 'available' }
  const fit = (change: Partial<typeof NO_FILTERS>) => fits(ticket, { ...NO_FILTERS, ...change })
  expect(fit({})).toBe(true)
  expect(fit({ q: ' lake JAZZ ' })).toBe(true)
  expect(fit({ q: 'lakes' })).toBe(false)
  expect(fit({ q: 'ＬＡＫＥ j\u200bazz' })).toBe(true)
  expect(fit({ minPrice: '38', maxPrice: '38' })).toBe(true)
  expect(fit({ minPrice: '38.01' })).toBe(false)
  expect(fit({ maxPrice: '37.99' })).toBe(false)
  expect(fit({ minPrice: '0', maxPrice: '１,０００,０００' })).toBe(true)
  expect(fit({ minPrice: '3.8e1', maxPrice: 'much' })).toBe(true)
})

interface SearchCase {
  search: string
  title: string
  matches: boolean
}

const { cases } = sharedCases<{ cases: SearchCase[] }>('search.json', { cases: [] })

it('has the shared cases of searches', () => {
  expect(cases.length).toBeGreaterThan(10)
})

it.each(cases)('find $title by $search as the shared table says', ({ search, title, matches }) => {
  const ticket: Ticket = { id: '1', title, price: 38, userId: 'x', version: 0, status: 'available' }
  expect(fits(ticket, { ...NO_FILTERS, q: search })).toBe(matches)
})
