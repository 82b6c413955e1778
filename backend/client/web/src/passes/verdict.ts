// The verdict on a scanned code: admitted, refused with a reason, or unknown.
import { firstAdmission } from '../api/passes'
import { ApiError } from '../api/problem'
import type { Admission } from '../api/types'

/** The reasons of refusals, by the code of the error. Each has a text that says what to do. */
const REASONS = ['already_admitted', 'pass_invalid', 'pass_superseded', 'pass_offered', 'not_owner', 'not_listed'] as const
export type Reason = (typeof REASONS)[number]

/** `byList`: the door list has decided, without a network. */
export type Ruling = { byList?: boolean } & (
  | { kind: 'admitted'; admission: Admission }
  | { kind: 'refused'; reason: Reason; first: { admittedAt: string; device: string | null } | null }
  /** The outcome is not known, or the request failed otherwise: the same code has to be scanned again. */
  | { kind: 'unknown'; error: unknown }
)

/** `isRepeat`: the scanner has read the admitted code once more at once. */
export type Verdict = { id: number; at: number; isRepeat?: boolean } & Ruling

/** A scanner that reads a code twice within this time, in milliseconds, means one guest. */
const REPEAT_TIME = 700

/** Returns whether a scan repeats that of the guest who was just admitted. `last`: the last verdict and its code. */
export const isRepeat = (last: { code: string; kind: Ruling['kind']; at: number } | null, code: string, at: number): boolean =>
  last?.kind === 'admitted' && last.code === code && at - last.at < REPEAT_TIME

/** Returns who has entered before with the pass of a guest who was admitted now. */
export const enteredBefore = (ruling: Ruling): { admittedAt: string; device?: string | null }[] => 
  ruling.kind === 'admitted' ? (ruling.admission.doubleAdmissions ?? []) : []

const isReason = (code: string | null): code is Reason => REASONS.some((reason) => reason === code)

/** Returns the ruling of a failed check-in. */
export function refusalOf(error: unknown): Exclude<Ruling, { kind: 'admitted' }> {
  const code = error instanceof ApiError ? error.code : null
  if (isReason(code)) return { kind: 'refused', reason: code, first: firstAdmission(error) }
  // The field `code` is invalid: the scanned text is not the code of a pass.
  if (error instanceof ApiError && error.faults.some(({ field }) => field === 'code')) return { kind: 'refused', reason: 'pass_invalid', first: null }
  return { kind: 'unknown', error }
}

/** A scanner that types ends a code with Enter or Tab. A space may be the last character of a code. */
export const cleanCode = (typed: string): string => typed.replace(/^\s+|[\r\n\t]+$/g, '')
