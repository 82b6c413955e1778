// Tickets: the market, one ticket, and the operations of its seller.
import { DETAILS, type DetailDraft, detailsOfDraft, draftOfDetails } from '../market/details'
import { normalizeAmount, parseAmount, toCents } from '../texts/amount'
import { normalize } from '../texts/unicode'
import { once } from './attempts'
import { type Page, pageOf, request, send } from './http'
import { isStatus } from './problem'
import type { Ticket } from './types'

export interface Draft extends DetailDraft {
  title: string
  /** The price as it was typed. The server validates it. */
  price: string
}

export const EMPTY_DRAFT: Draft = { title: '', price: '', ...draftOfDetails({}) }

/** Lists tickets. `userId` is set for the listings of one user. */
export async function listTickets(userId: string | null, query: URLSearchParams, cursor: string | null, signal?: AbortSignal): Promise<Page<Ticket>> {
  const whole = new URLSearchParams(query)
  if (cursor) whole.set('cursor', cursor)
  return pageOf(await send('get', '/api/tickets', { user: userId, query: whole, signal }))
}

export const getTicket = (id: string, signal?: AbortSignal): Promise<Ticket> => request('get', '/api/tickets/{id}', { id, signal })

/** The API accepts prices as strings, but the OpenAPI document declares numbers only. */
const wire = ({ title, price, ...details }: Draft, isUpdate: boolean) => ({
  title,
  price: (price || undefined) as unknown as number,
  ...detailsOfDraft({ ...draftOfDetails({}), ...details }, isUpdate),
})

export const listingPurpose = (userId: string) => `ticket:${userId}`

export const createTicket = (userId: string, draft: Draft): Promise<Ticket> =>
  once(listingPurpose(userId), draft, (sent, body) => request('post', '/api/tickets', { user: userId, body: wire(body, false), ...sent }))

/** Returns whether what is typed now is what was sent: the request has the key of the first one. */
export const isSameListing = (sent: Draft, typed: Draft): boolean =>
  JSON.stringify(sent) === JSON.stringify({ ...typed, price: normalizeAmount(typed.price) })

const ifMatch = (version: number) => ({ 'if-match': `"${version}"` })

/** Returns whether a ticket is what a draft makes of it. */
export function isSaved(ticket: Ticket, draft: Draft): boolean {
  const amount = parseAmount(draft.price)
  const hasDetails = DETAILS.every((field) => (ticket[field] ?? '') === normalize(draft[field]))
  return ticket.title === normalize(draft.title) && 'cents' in amount && toCents(ticket.price) === amount.cents && hasDetails
}

/** Updates a ticket if its version is still the one that was shown. */
export async function updateTicket(userId: string, seen: Ticket, draft: Draft): Promise<Ticket> {
  try {
    return await request('put', '/api/tickets/{id}', { user: userId, id: seen.id, body: wire(draft, true), headers: ifMatch(seen.version) })
  } catch (error) {
    if (!isStatus(error, 412)) throw error
    // The mismatch may be caused by this update, if its response was lost.
    const now = await getTicket(seen.id)
    if (now.version === seen.version + 1 && isSaved(now, draft)) return now
    throw error
  }
}

/** Withdraws a ticket. A missing ticket counts as withdrawn. */
export async function deleteTicket(userId: string, seen: Ticket): Promise<void> {
  try {
    await request('delete', '/api/tickets/{id}', { user: userId, id: seen.id, headers: ifMatch(seen.version) })
  } catch (error) {
    if (!isStatus(error, 404)) throw error
  }
}
