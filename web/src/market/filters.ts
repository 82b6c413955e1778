// The filters of the market: they are the address of the page, so they can be sent, kept, and gone back to.
import type { Ticket } from '../api/types'
import { centsOf, readBound, typedAmount } from '../texts/amount'
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

/** Reads the filters of an address; what is no way to sort is the usual one. */
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

/** What the API is asked. The newest come first here, where the API has the oldest first unless told. */
export function toQuery({ q, minPrice, maxPrice, sort }: Filters): URLSearchParams {
  const query = new URLSearchParams()
  if (q.trim()) query.set('q', q.trim())
  if (minPrice.trim()) query.set('minPrice', typedAmount(minPrice))
  if (maxPrice.trim()) query.set('maxPrice', typedAmount(maxPrice))
  query.set('sort', sort)
  return query
}

/** The address of a page with these filters. */
export function toPath(filters: Filters): string {
  const query = toQuery(filters)
  if (filters.sort === NO_FILTERS.sort) query.delete('sort')
  return query.size ? `/?${query.toString()}` : '/'
}

/** The server looks at so many words of a search. */
const MAX_WORDS = 8

/** Whether a ticket belongs in the list, as the server decides it. */
export function fits(ticket: Ticket, { q, minPrice, maxPrice }: Filters): boolean {
  const [title, price] = [searchKey(ticket.title), centsOf(ticket.price)]
  const words = searchKey(q).split(/\s+/).filter(Boolean).slice(0, MAX_WORDS)
  const [low, high] = [readBound(typedAmount(minPrice)), readBound(typedAmount(maxPrice))]
  return words.every((word) => title.includes(word)) && price >= (low ?? 0) && price <= (high ?? Infinity)
}
