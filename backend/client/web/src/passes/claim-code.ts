// The claim code on its way: it is in the fragment of the link, which browsers send to no server, and then in this tab only.
import { preferences, readJson, tab } from '../storage'

const STORED = 'claim'

/** Returns the link that claims a pass. */
export const claimLink = (claimCode: string, origin = location.origin): string => `${origin}/claim#${encodeURIComponent(claimCode)}`

/** Returns the code in a fragment, or in a link or code that was typed. */
export function readClaimCode(text: string): string {
  const code = text.includes('#') ? text.slice(text.indexOf('#') + 1) : text
  try {
    return decodeURIComponent(code).trim()
  } catch {
    return code.trim()
  }
}

/**
 * Takes the code out of the address, so that it is not in the history, and keeps it in this tab until `forgetClaimCode`: the visitor may
 * have to sign in first.
 */
export function takeClaimCode(): string {
  const code = readClaimCode(location.hash)
  if (code) {
    tab.setItem(STORED, code)
    history.replaceState(history.state, '', location.pathname + location.search)
  }
  return code || (tab.getItem(STORED) ?? '')
}

export const forgetClaimCode = (): void => tab.removeItem(STORED)

const CLAIMED = 'claimed'
/** The number of claims that this browser remembers. */
const MAX_CLAIMED = 20

type Claimed = [userId: string, claimCode: string, passId: string]

const allClaimed = (): Claimed[] => readJson(preferences, CLAIMED) ?? []

/** Remembers what a user has claimed with a code, which is worth nothing from now on. */
export function rememberClaim(userId: string, claimCode: string, passId: string): void {
  preferences.setItem(CLAIMED, JSON.stringify([[userId, claimCode, passId], ...allClaimed()].slice(0, MAX_CLAIMED)))
}

/** Returns the pass that the user has claimed with this code in this browser. */
export const claimedPass = (userId: string, claimCode: string): string | null =>
  allClaimed().find(([user, code]) => user === userId && code === claimCode)?.[2] ?? null
