// Passes: listing, transfer, resale and check-in.
import { LATE_AFTER, POLL_INTERVAL, pause } from '../pause'
import { normalizeAmount } from '../texts/amount'
import { forgetAttempt, once, pendingRequest } from './attempts'
import { type Page, everyItem, pageOf, request, send } from './http'
import { ApiError, isStatus } from './problem'
import type { components } from './schema'
import { deleteTicket, getTicket } from './tickets'
import type { Admission, Pass, PassKeys, PassTransfer, Ticket } from './types'

/** Lists the passes that the user holds. */
export async function listPasses(userId: string, cursor: string | null, signal?: AbortSignal): Promise<Page<Pass>> {
  const query = new URLSearchParams({ limit: '100', ...(cursor && { cursor }) })
  return pageOf(await send('get', '/api/passes', { user: userId, query, signal }))
}

/** Returns every pass that the user holds and can show at a door. */
export async function heldPasses(userId: string): Promise<Pass[]> {
  return everyItem((query) => {
    query.set('status', 'valid')
    return send('get', '/api/passes', { user: userId, query })
  })
}

/** Returns all passes of the user's events, the newest first: the door list. */
export async function issuedPasses(userId: string, signal?: AbortSignal): Promise<Pass[]> {
  return everyItem((query) => {
    query.set('issued', 'me')
    return send('get', '/api/passes', { user: userId, query, signal })
  })
}

/** Returns the pass that an order has bought, or null while it is not issued. */
export async function passOfOrder(userId: string, orderId: string, signal?: AbortSignal): Promise<Pass | null> {
  const [pass] = await request('get', '/api/passes', { user: userId, query: new URLSearchParams({ order: orderId }), signal })
  return pass ?? null
}

export const getPass = (userId: string, id: string, signal?: AbortSignal): Promise<Pass> =>
  request('get', '/api/passes/{id}', { user: userId, id, signal })

/** Starts to give a pass away. The claim code is in this response only. */
export const startTransfer = (userId: string, { id, version }: Pass): Promise<PassTransfer> =>
  once(`transfer:${userId}:${id}`, { version }, (sent) => request('post', '/api/passes/{id}/transfer', { user: userId, id, ...sent }))

/**
 * Takes a pass back. The request has no key, and a browser sends it again when its connection breaks: it would take back a later transfer,
 * too. So it ends with the response, or if that is late, as soon as the pass no longer has this transfer.
 */
export async function cancelTransfer(userId: string, { id, transferExpiresAt }: Pass): Promise<void> {
  const sent = new AbortController()
  let isOver = false
  const observe = async () => {
    for (await pause(LATE_AFTER); !sent.signal.aborted; await pause(POLL_INTERVAL)) {
      const pass = await getPass(userId, id).catch(() => null)
      isOver = pass !== null && pass.transferExpiresAt !== transferExpiresAt
      if (isOver) sent.abort()
    }
  }
  void observe()
  try {
    await request('delete', '/api/passes/{id}/transfer', { user: userId, id, signal: sent.signal })
  } catch (error) {
    if (!isOver) throw error
  } finally {
    sent.abort()
  }
}

export const claimPurpose = (userId: string) => `claim:${userId}`

export const claimPass = (userId: string, claimCode: string): Promise<Pass> =>
  once(claimPurpose(userId), { claimCode }, (sent, body) => request('post', '/api/passes/claims', { user: userId, body, ...sent }))

/** Lists a pass for resale. The price is sent as it was typed: the server validates it. */
export const resellPass = (userId: string, { id, version }: Pass, typed: string): Promise<Ticket> =>
  once(`resale:${userId}:${id}`, { price: normalizeAmount(typed), version }, (sent, { price }) =>
    request('post', '/api/passes/{id}/resale', { user: userId, id, body: { price }, ...sent }),
  )

/** How long a withdrawal waits until the pass is no longer for sale, in milliseconds. */
const WITHDRAWAL_TIMEOUT = 20_000

/**
 * Withdraws the listing of a pass, and returns the pass when it is no longer for sale. That is a moment after the response to the
 * withdrawal: the services first agree that the listing has no buyer. A missing listing counts as withdrawn. If there is a buyer, the
 * pass stays for sale until that order ends: it is returned as it is after a while.
 */
export async function withdrawResale(userId: string, id: string, listingId: string): Promise<Pass> {
  const listing = await getTicket(listingId).catch((error: unknown) => {
    if (isStatus(error, 404)) return null
    throw error
  })
  if (listing) await deleteTicket(userId, listing)
  for (let wait = 250, waited = 0; ; waited += wait, wait = Math.min(wait * 1.5, 4000)) {
    const isLast = waited >= WITHDRAWAL_TIMEOUT
    // The withdrawal is done: a read without an answer does not make it fail.
    const pass = await getPass(userId, id).catch((error: unknown) => {
      if (isLast || isStatus(error, 401) || isStatus(error, 404)) throw error
      return null
    })
    if (pass && (isLast || pass.status !== 'offered')) return pass
    await pause(wait)
  }
}

type CheckIn = components['schemas']['NewCheckIn']

/** `device`: the name of the door. `startsWithin`: it admits only events that start at most this many seconds before or after the admission. */
export interface CheckInOptions {
  device: string
  startsWithin: number | null
}

/** A check-in whose response was lost. */
export type AskedCheckIn = { key: string } & Pick<CheckIn, 'device' | 'startsWithin'>

const checkInPurpose = (userId: string, code: string): string => `check-in:${userId}:${code}`

/**
 * Admits the holder of a code. The same scan after a lost response returns the outcome of the first one. `timeout`: how long to wait for
 * the response, in milliseconds.
 */
export function checkIn(userId: string, code: string, { device, startsWithin }: CheckInOptions, timeout: number): Promise<Admission> {
  const body: CheckIn = { code, ...(device && { device }), ...(startsWithin && { startsWithin }) }
  return once(checkInPurpose(userId, code), body, (sent, body) => sendCheckIn(userId, body, sent.key, sent.timeout), { timeout })
}

/** Sends a check-in with its key: also the admission of a door without a network, with its time. */
export const sendCheckIn = (userId: string, body: CheckIn, key: string, timeout?: number): Promise<Admission> =>
  request('post', '/api/passes/check-ins', { user: userId, body, key, timeout })

/** Returns the check-in of a code in this tab whose response was lost. */
export function askedBefore(userId: string, code: string): AskedCheckIn | null {
  const asked = pendingRequest<CheckIn>(checkInPurpose(userId, code))
  return asked && { key: asked.key, device: asked.body.device ?? null, startsWithin: asked.body.startsWithin ?? null }
}

/** Forgets the check-in whose response was lost: the door settles it. */
export const settleCheckIn = (userId: string, code: string): void => forgetAttempt(checkInPurpose(userId, code))

/** Returns the public keys that verify codes. */
export const passKeys = (timeout?: number): Promise<PassKeys> => request('get', '/api/passes/keys', { timeout })

/** Returns when and where a pass was admitted first, if a check-in was refused with `already_admitted`. */
export function firstAdmission(error: unknown): { admittedAt: string; device: string | null } | null {
  if (!(error instanceof ApiError) || error.code !== 'already_admitted') return null
  const [detail] = error.details
  return detail?.admittedAt ? { admittedAt: detail.admittedAt, device: detail.device ?? null } : null
}

export const calendarPath = (id: string): string => `/api/passes/${encodeURIComponent(id)}/calendar.ics`
