// The passes that this browser keeps for their holder, who can show the codes without a network. They belong to one user.
import type { Pass, User } from '../api/types'
import { byStart } from '../passes/order'
import { preferences, readJson } from '../storage'

/** A pass, and when the server sent it: by the clock of the server, in milliseconds. */
export interface KeptPass {
  pass: Pass
  at: number
}

interface Kept {
  user: User
  passes: KeptPass[]
}

const STORED = 'passes'
/** The maximum number of kept passes, those of the next events: a browser grants a page a few megabytes. */
const MAX_KEPT = 200
/** The longest duration of an event, in milliseconds. */
const LONGEST_EVENT = 31 * 86_400_000

function read(): Kept | null {
  const { user, passes } = readJson<Partial<Kept>>(preferences, STORED) ?? {}
  return typeof user?.id === 'string' && typeof user.email === 'string' && Array.isArray(passes) ? { user, passes } : null
}

/** Returns the user whose passes are kept; null if there are none. */
export const userOfPasses = (): User | null => read()?.user ?? null

/** Returns the passes that are kept for a user. */
export function keptPasses(userId: string): KeptPass[] {
  const kept = read()
  return kept?.user.id === userId ? kept.passes : []
}

/** Returns a pass that is kept for a user, or null. */
export const keptPass = (userId: string, id: string): KeptPass | null => keptPasses(userId).find(({ pass }) => pass.id === id) ?? null

/**
 * Returns whether there is something to show at a door: the server sends the code to the holder only, and while it admits. No event is
 * longer than `LONGEST_EVENT`.
 */
const canBeShown = ({ status, code, startsAt }: Pass, now: number): boolean =>
  status === 'valid' && Boolean(code) && (!startsAt || Date.parse(startsAt) > now - LONGEST_EVENT)

function write({ id, email }: User, passes: KeptPass[]): void {
  const next = byStart(passes.map((kept) => ({ startsAt: kept.pass.startsAt ?? null, kept }))).slice(0, MAX_KEPT)
  if (next.length === 0) preferences.removeItem(STORED)
  else preferences.setItem(STORED, JSON.stringify({ user: { id, email }, passes: next.map(({ kept }) => kept) }))
}

/** Stores passes that the server has sent: keeps those that can be shown, and deletes the others. */
export function keepPasses(user: User, sent: readonly Pass[], at: number): void {
  const ids = new Set(sent.map(({ id }) => id))
  const others = keptPasses(user.id).filter(({ pass }) => !ids.has(pass.id))
  write(user, [...others, ...sent.filter((pass) => canBeShown(pass, at)).map((pass) => ({ pass, at }))])
}

/** Stores all passes of a user, requested at this time. Deletes those kept earlier that are not among them. */
export function keepAllPasses(user: User, sent: readonly Pass[], requestedAt: number): void {
  write(user, keptPasses(user.id).filter(({ at }) => at > requestedAt))
  keepPasses(user, sent, requestedAt)
}

/** Forgets a pass that the server does not find. */
export function forgetPass(user: User, id: string): void {
  write(user, keptPasses(user.id).filter(({ pass }) => pass.id !== id))
}

/** Forgets every pass: their user is not signed in. */
export const forgetPasses = (): void => preferences.removeItem(STORED)
