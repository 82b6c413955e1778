// Listings: the market, one ticket, and what its owner does with it.
import { centsOf, readAmount } from '../texts/amount'
import { normalize } from '../texts/unicode'
import { once } from './attempts'
import { nextCursor, send } from './http'
import { isStatus } from './problem'
import type { Ticket } from './types'

export interface Page<T> {
  items: T[]
  next: string | null
}

export interface Draft {
  title: string
  /** As it was typed: the server says whether it is an amount. */
  price: string
}

/** `userId` is given where the list is one user's own. */
export async function listTickets(userId: string | null, query: URLSearchParams, cursor: string | null, signal?: AbortSignal): Promise<Page<Ticket>> {
  const whole = new URLSearchParams(query)
  if (cursor) whole.set('cursor', cursor)
  const { body, headers } = await send('get', '/api/tickets', { user: userId, query: whole, signal })
  return { items: body, next: nextCursor(headers) }
}

export async function getTicket(id: string, signal?: AbortSignal): Promise<Ticket> {
  return (await send('get', '/api/tickets/{id}', { id, signal })).body
}

/** The API takes prices as strings, too; its document names the number alone. */
const wire = ({ title, price }: Draft) => ({ title, price: (price || undefined) as unknown as number })

export const LISTING = (userId: string) => `ticket:${userId}`

export function createTicket(userId: string, draft: Draft): Promise<Ticket> {
  return once(LISTING(userId), draft, async (key, body) => {
    const headers = { 'idempotency-key': key }
    return (await send('post', '/api/tickets', { user: userId, body: wire(body), headers })).body
  })
}

const ifMatch = (version: number) => ({ 'if-match': `"${version}"` })

/** Whether a ticket is what a draft says. */
function isDraft({ title, price }: Ticket, draft: Draft): boolean {
  const amount = readAmount(draft.price)
  return title === normalize(draft.title) && 'cents' in amount && centsOf(price) === amount.cents
}

/** Changes the version that was seen, and no other. */
export async function updateTicket(userId: string, seen: Ticket, draft: Draft): Promise<Ticket> {
  try {
    const headers = ifMatch(seen.version)
    return (await send('put', '/api/tickets/{id}', { user: userId, id: seen.id, body: wire(draft), headers })).body
  } catch (error) {
    if (!isStatus(error, 412)) throw error
    // Perhaps it was this very change, and its answer was lost.
    const now = await getTicket(seen.id)
    if (now.version === seen.version + 1 && isDraft(now, draft)) return now
    throw error
  }
}

/** Withdraws a ticket. One that is gone is withdrawn. */
export async function deleteTicket(userId: string, seen: Ticket): Promise<void> {
  try {
    await send('delete', '/api/tickets/{id}', { user: userId, id: seen.id, headers: ifMatch(seen.version) })
  } catch (error) {
    if (!isStatus(error, 404)) throw error
  }
}
