// The filters of the market. They are stored in the address, so that links, reload and history work.
import { serverNow } from '../api/clock'
import type { Ticket } from '../api/types'
import { toCents, parseBound, normalizeAmount } from '../texts/amount'
import { searchKey } from '../texts/unicode'

export const SORTS = ['starts', 'newest', 'oldest', 'price', '-price', 'title'] as const
export type Sort = (typeof SORTS)[number]

export interface Filters {
  q: string
  minPrice: string
  maxPrice: string
  /** The first and the last day of the event, as `YYYY-MM-DD`. */
  from: string
  until: string
  sort: Sort
}

export const NO_FILTERS: Filters = { q: '', minPrice: '', maxPrice: '', from: '', until: '', sort: 'starts' }

const isSort = (text: string | null): text is Sort => SORTS.some((sort) => sort === text)

const readDay = (text: string | null): string => (text && /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : '')

/** Returns the first instant of a day of the device, or of the day after it; `null` for no day. */
function startOfDay(day: string, later = 0): Date | null {
  const start = new Date(`${day}T00:00`)
  start.setDate(start.getDate() + later)
  return day && !Number.isNaN(start.getTime()) ? start : null
}

/** Returns the bounds of the start of the event, in milliseconds. Both are inclusive. */
function bounds({ from, until }: Filters): [number | null, number | null] {
  const end = startOfDay(until, 1)
  return [startOfDay(from)?.getTime() ?? null, end ? end.getTime() - 1 : null]
}

/** Parses the filters of an address. An unknown sort is replaced by the default. */
export function readFilters(search: string): Filters {
  const query = new URLSearchParams(search)
  const sort = query.get('sort')
  return {
    q: query.get('q') ?? '',
    minPrice: query.get('minPrice') ?? '',
    maxPrice: query.get('maxPrice') ?? '',
    from: readDay(query.get('from')),
    until: readDay(query.get('until')),
    sort: isSort(sort) ? sort : NO_FILTERS.sort,
  }
}

/** Returns the query of the API. The default here is by date, the default of the API is oldest first. */
export function toQuery(filters: Filters): URLSearchParams {
  const query = textQuery(filters)
  const [from, until] = bounds(filters)
  if (from !== null) query.set('from', new Date(from).toISOString())
  if (until !== null) query.set('until', new Date(until).toISOString())
  return query
}

function textQuery({ q, minPrice, maxPrice, sort }: Filters): URLSearchParams {
  const query = new URLSearchParams()
  if (q.trim()) query.set('q', q.trim())
  if (minPrice.trim()) query.set('minPrice', normalizeAmount(minPrice))
  if (maxPrice.trim()) query.set('maxPrice', normalizeAmount(maxPrice))
  query.set('sort', sort)
  return query
}

/** Returns the address of the market with these filters. */
export function toPath(filters: Filters): string {
  const query = textQuery(filters)
  if (filters.from) query.set('from', filters.from)
  if (filters.until) query.set('until', filters.until)
  if (filters.sort === NO_FILTERS.sort) query.delete('sort')
  return query.size ? `/?${query.toString()}` : '/'
}

/** The number of words of a search that the server uses. */
const MAX_WORDS = 8

/** Returns whether a ticket matches the filters, by the rules of the server. */
export function matchesFilters(ticket: Ticket, filters: Filters, now = serverNow()): boolean {
  const { q, minPrice, maxPrice } = filters
  const [text, price] = [`${searchKey(ticket.title)} ${searchKey(ticket.venue ?? '')}`, toCents(ticket.price)]
  const starts = ticket.startsAt ? Date.parse(ticket.startsAt) : null
  const [from, until] = bounds(filters)
  if (starts === null ? from !== null || until !== null : starts <= now || starts < (from ?? -Infinity) || starts > (until ?? Infinity)) return false
  const words = searchKey(q).split(/\s+/).filter(Boolean).slice(0, MAX_WORDS)
  const [low, high] = [parseBound(normalizeAmount(minPrice)), parseBound(normalizeAmount(maxPrice))]
  return words.every((word) => text.includes(word)) && price >= (low ?? 0) && price <= (high ?? Infinity)
}
