// The rules of a door without a network: those of `ticketing-cli/src/door`, in the order of the server.
import { type AskedCheckIn, firstAdmission } from '../api/passes'
import { ApiError, isCode } from '../api/problem'
import type { Pass } from '../api/types'
import { isWithin } from '../passes/event-day'
import type { Reason } from '../passes/verdict'
import type { Claim } from './code'

/** The answer of the server to an admission of this door. */
export type UploadOutcome =
  | { kind: 'uploaded' }
  /** Another device has admitted the pass before. The list of the server has every time. */
  | { kind: 'double' }
  /** The server refuses the pass as it is now, and has recorded the admission. */
  | { kind: 'refused'; reason: string }

/** An admission of this door, as it is kept. */
export interface DoorAdmission {
  passId: string
  serial: number
  code: string
  title: string
  seat: string | null
  /** When the guest entered, by the clock of the server. */
  at: string
  device: string | null
  /** The idempotency key of its upload. */
  key: string
  /** The request without an answer that came before it: it may have admitted the guest. */
  asked: AskedCheckIn | null
  /** `null` until the server knows of it. */
  outcome: UploadOutcome | null
}

export interface Refusal {
  reason: Reason
  first: { admittedAt: string; device: string | null } | null
}

type ListedPass = Pick<Pass, 'serial' | 'status' | 'startsAt' | 'admittedAt' | 'device'>

/** The time of a scan, in milliseconds, and the span around it, in seconds, within which a door of one evening admits. */
interface Evening {
  at: number
  seconds: number
}

/** Identifies an admission of a door: a pass is admitted once for each of its holders. */
export const keyOf = ({ passId, serial }: Pick<DoorAdmission, 'passId' | 'serial'>): string => `${passId} ${serial}`

/**
 * Judges a code whose signature was verified. Returns the refusal, or null. A serial above that of the list belongs to a holder who got
 * the pass after the list was made. `own`: the admissions of the pass by this door. That of an earlier holder does not refuse the present one.
 * The day is judged before the holder and the status, as by the server.
 */
export function decide(claim: Pick<Claim, 'serial'>, pass: ListedPass | undefined, own: readonly DoorAdmission[], evening: Evening | null = null): Refusal | null {
  if (!pass) return { reason: 'not_listed', first: null }
  if (evening && !isWithin(pass.startsAt, evening.at, evening.seconds)) return { reason: 'pass_other_day', first: null }
  if (claim.serial < Math.max(pass.serial, ...own.map(({ serial }) => serial))) return { reason: 'pass_superseded', first: null }
  const before = own.find(({ serial }) => serial === claim.serial)
  if (before) return { reason: 'already_admitted', first: { admittedAt: before.at, device: before.device } }
  if (pass.status === 'used') {
    return { reason: 'already_admitted', first: pass.admittedAt ? { admittedAt: pass.admittedAt, device: pass.device ?? null } : null }
  }
  if (pass.status === 'offered' && claim.serial === pass.serial) return { reason: 'pass_offered', first: null }
  return pass.status === 'valid' || pass.status === 'offered' ? null : { reason: 'pass_invalid', first: null }
}

/** Returns whether an error concerns one upload alone: the next one may succeed. */
export const isOneUploadError = (error: unknown): boolean =>
  error instanceof ApiError && error.status < 500 && error.status !== 429 && !isCode(error, 'not_signed_in', 'other_user')

/** Refusals that settle an upload. The others, such as a session that has ended, leave it waiting. */
const SETTLING = new Set(['pass_invalid', 'pass_superseded', 'pass_offered', 'not_owner', 'invalid_input'])

/** Returns the answer to an admission that a failed upload contains; null if it has to be uploaded again. */
export function outcomeOfUpload(error: unknown, { at, device }: Pick<DoorAdmission, 'at' | 'device'>): UploadOutcome | null {
  if (!(error instanceof ApiError) || error.status >= 500 || error.code === null) return null
  if (error.code === 'already_admitted') {
    // The answer to an earlier upload was lost, and the server has forgotten its key.
    const first = firstAdmission(error)
    const isOwn = first !== null && Date.parse(first.admittedAt) === Date.parse(at) && first.device === device
    return { kind: isOwn ? 'uploaded' : 'double' }
  }
  return SETTLING.has(error.code) ? { kind: 'refused', reason: error.code } : null
}

/** Returns a list in which the admissions of this door have happened, whether the server knows of them or not. */
export function withAdmissions(passes: readonly Pass[], admissions: ReadonlyMap<string, DoorAdmission>): Pass[] {
  const latest = new Map<string, DoorAdmission>()
  for (const one of admissions.values()) if ((latest.get(one.passId)?.serial ?? -1) < one.serial) latest.set(one.passId, one)
  return passes.map((pass) => {
    const admission = latest.get(pass.id)
    // An earlier holder has entered: the present one has not.
    if (!admission || admission.serial < pass.serial || admission.outcome?.kind === 'refused' || pass.status === 'used') return pass
    return { ...pass, status: 'used', admittedAt: admission.at, device: admission.device }
  })
}
