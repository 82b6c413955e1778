// The filters of the market. They are stored in the address, so that links, reload and history work.
import type { Ticket } from '../api/types'
import { toCents, parseBound, normalizeAmount } from '../texts/amount'
import { searchKey } from '../texts/unicode'

export const SORTS = ['newest', 'oldest', 'price', '-price', 'title'] as const
export type Sort = (typeof SORTS)[number]

export interface Filters {
  q: string
  minPrice: string
  maxPrice: string
  sort: Sort
}

export const NO_FILTERS: Filters = { q: '', minPrice: '', maxPrice: '', sort: 'newest' }

const isSort = (text: string | null): text is Sort => SORTS.some((sort) => sort === text)

/** Parses the filters of an address. An unknown sort is replaced by the default. */
export function readFilters(search: string): Filters {
  const query = new URLSearchParams(search)
  const sort = query.get('sort')
  return {
    q: query.get('q') ?? '',
    minPrice: query.get('minPrice') ?? '',
    maxPrice: query.get('maxPrice') ?? '',
    sort: isSort(sort) ? sort : NO_FILTERS.sort,
  }
}

/** Returns the query of the API. The default here is newest first, the default of the API is oldest first. */
export function toQuery({ q, minPrice, maxPrice, sort }: Filters): URLSearchParams {
  const query = new URLSearchParams()
  if (q.trim()) query.set('q', q.trim())
  if (minPrice.trim()) query.set('minPrice', normalizeAmount(minPrice))
  if (maxPrice.trim()) query.set('maxPrice', normalizeAmount(maxPrice))
  query.set('sort', sort)
  return query
}

/** Returns the address of the market with these filters. */
export function toPath(filters: Filters): string {
  const query = toQuery(filters)
  if (filters.sort === NO_FILTERS.sort) query.delete('sort')
  return query.size ? `/?${query.toString()}` : '/'
}

/** The number of words of a search that the server uses. */
const MAX_WORDS = 8

/** Returns whether a ticket matches the filters, by the rules of the server. */
export function matchesFilters(ticket: Ticket, { q, minPrice, maxPrice }: Filters): boolean {
  const [title, price] = [searchKey(ticket.title), toCents(ticket.price)]
  const words = searchKey(q).split(/\s+/).filter(Boolean).slice(0, MAX_WORDS)
  const [low, high] = [parseBound(normalizeAmount(minPrice)), parseBound(normalizeAmount(maxPrice))]
  return words.every((word) => title.includes(word)) && price >= (low ?? 0) && price <= (high ?? Infinity)
}
