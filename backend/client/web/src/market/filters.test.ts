import { expect, it } from 'vitest'

import type { Ticket } from '../api/types'
import { sharedCases } from '../texts/shared-cases'
import { NO_FILTERS, matchesFilters, readFilters, toPath, toQuery } from './filters'

it('round-trips filters through the address', () => {
  const filters = { q: 'jazz & lake', minPrice: '10', maxPrice: '99.5', from: '2026-12-01', until: '', sort: '-price' } as const
  expect(toPath(filters)).toBe('/?q=jazz+%26+lake&minPrice=10&maxPrice=99.5&sort=-price&from=2026-12-01')
  expect(readFilters(toPath(filters).slice(1))).toEqual(filters)
  expect(toPath(NO_FILTERS)).toBe('/')
  expect(readFilters('')).toEqual(NO_FILTERS)
  expect(readFilters('?sort=nonsense&q=a').sort).toBe('starts')
})

it('requests the order of dates by default', () => {
  expect(toQuery(NO_FILTERS).toString()).toBe('sort=starts')
  expect(toQuery({ ...NO_FILTERS, minPrice: '１,０００' }).get('minPrice')).toBe('1000')
})

it('matches tickets by the rules of the server', () => {
  const ticket: Ticket = { id: '1', title: 'Jazz at the LAKE', price: 38, userId: 'x', version: 0, status: 'available' }
  const matches = (change: Partial<typeof NO_FILTERS>) => matchesFilters(ticket, { ...NO_FILTERS, ...change })
  expect(matches({})).toBe(true)
  expect(matches({ q: ' lake JAZZ ' })).toBe(true)
  expect(matches({ q: 'lakes' })).toBe(false)
  expect(matches({ q: 'ＬＡＫＥ j\u200bazz' })).toBe(true)
  expect(matches({ minPrice: '38', maxPrice: '38' })).toBe(true)
  expect(matches({ minPrice: '38.01' })).toBe(false)
  expect(matches({ maxPrice: '37.99' })).toBe(false)
  expect(matches({ minPrice: '0', maxPrice: '１,０００,０００' })).toBe(true)
  expect(matches({ minPrice: '3.8e1', maxPrice: 'much' })).toBe(true)
})

it('matches events by venue and by whole days of the device', () => {
  const startsAt = new Date('2026-12-24T19:30').toISOString()
  const ticket: Ticket = { id: '1', title: 'Jazz', venue: 'Tivoli Hall', startsAt, price: 38, userId: 'x', version: 0, status: 'available' }
  const before = Date.parse(startsAt) - 1
  const matches = (change: Partial<typeof NO_FILTERS>, now = before) => matchesFilters(ticket, { ...NO_FILTERS, ...change }, now)
  expect(matches({ q: 'hall jazz' })).toBe(true)
  expect(matches({ from: '2026-12-24', until: '2026-12-24' })).toBe(true)
  expect(matches({ from: '2026-12-25' })).toBe(false)
  expect(matches({ until: '2026-12-23' })).toBe(false)
  expect(matches({}, before + 1)).toBe(false)
  expect(matchesFilters({ ...ticket, startsAt: null }, { ...NO_FILTERS, from: '2026-12-24' }, before)).toBe(false)
  const query = toQuery({ ...NO_FILTERS, from: '2026-12-24', until: '2026-12-24' })
  expect(Date.parse(query.get('until') ?? '') - Date.parse(query.get('from') ?? '')).toBe(86_400_000 - 1)
  expect(readFilters('?from=tomorrow').from).toBe('')
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
  expect(matchesFilters(ticket, { ...NO_FILTERS, q: search })).toBe(matches)
})
