// The verdict on a scanned code: admitted, refused with a reason, or unknown.
import { firstAdmission } from '../api/passes'
import { ApiError } from '../api/problem'
import type { Admission, Pass } from '../api/types'
import { sanitize } from '../texts/sanitize'
import { EXPECTED_WITHIN, isWithin } from './event-day'

/** The reasons of refusals, by the code of the error. Each has a text that says what to do. */
const REASONS = ['already_admitted', 'pass_invalid', 'pass_superseded', 'pass_offered', 'pass_other_day', 'not_owner', 'not_listed'] as const
export type Reason = (typeof REASONS)[number]

/** What a verdict names: the ticket, and when its event starts if it states that. */
export interface PassEvent {
  title: string
  startsAt: string | null
}

/** `byList`: the door list of this time, in milliseconds, has decided without a network. `event` is that of a genuine code. */
export type Ruling = { byList?: number; event?: PassEvent } & (
  | { kind: 'admitted'; admission: Admission }
  | { kind: 'refused'; reason: Reason; first: { admittedAt: string; device: string | null } | null }
  /** The outcome is not known, or the request failed otherwise: the same code has to be scanned again. */
  | { kind: 'unknown'; error: unknown }
)

/**
 * `ticket` names the ticket or the code that was scanned. `hasNext`: other codes waited for their verdicts when this one came.
 * `isRepeat`: the scanner has read the admitted code once more at once.
 */
export type Verdict = { id: number; at: number; ticket: string; hasNext: boolean; isRepeat?: boolean } & Ruling

/** The number of characters that identify a code. */
const SHOWN_CODE = 8

/** Returns the name of a scanned code: the ticket that the list has for it, or the end of the code. It is not verified. */
export const nameOfCode = (code: string, pass: Pick<Pass, 'title' | 'seat'> | undefined): string =>
  sanitize(pass ? [pass.seat, pass.title].filter(Boolean).join(' · ') : code.length > SHOWN_CODE ? `…${code.slice(-SHOWN_CODE)}` : code)

/** A scanner that reads a code twice within this time, in milliseconds, means one guest. */
const REPEAT_TIME = 700

/** Returns whether a scan repeats that of the guest who was just admitted. `last`: the last verdict and its code. */
export const isRepeat = (last: { code: string; kind: Ruling['kind']; at: number } | null, code: string, at: number): boolean =>
  last?.kind === 'admitted' && last.code === code && at - last.at < REPEAT_TIME

/** Returns who has entered before with the pass of a guest who was admitted now. */
export const enteredBefore = (ruling: Ruling): { admittedAt: string; device?: string | null }[] => 
  ruling.kind === 'admitted' ? (ruling.admission.doubleAdmissions ?? []) : []

/** Returns whether a guest was admitted although the event starts long before or after the admission. */
export function isOtherDay(ruling: Ruling): boolean {
  if (ruling.kind !== 'admitted') return false
  return !isWithin(startOf(ruling), Date.parse(ruling.admission.admittedAt), EXPECTED_WITHIN)
}

/** Returns when the event of a verdict starts: as the server says, or else the list. */
export function startOf(ruling: Ruling): string | null {
  const stated = ruling.kind === 'admitted' ? ruling.admission.startsAt : null
  return stated ?? ruling.event?.startsAt ?? null
}

/** The reasons with which the list says nothing of the code. */
const UNRELATED: readonly Reason[] = ['pass_invalid', 'not_owner', 'not_listed']

/** Returns a ruling that names the event of the pass in the list, unless it names one. */
export function withEvent(ruling: Ruling, { title, startsAt = null }: Pick<Pass, 'title' | 'startsAt'>): Ruling {
  if (ruling.event || ruling.kind === 'unknown' || (ruling.kind === 'refused' && UNRELATED.includes(ruling.reason))) return ruling
  return { ...ruling, event: { title, startsAt } }
}

const isReason = (code: string | null): code is Reason => REASONS.some((reason) => reason === code)

/** Returns the ruling of a failed check-in. */
export function refusalOf(error: unknown): Exclude<Ruling, { kind: 'admitted' }> {
  const code = error instanceof ApiError ? error.code : null
  if (isReason(code)) return { kind: 'refused', reason: code, first: firstAdmission(error), ...eventOf(error) }
  // The field `code` is invalid: the scanned text is not the code of a pass.
  if (error instanceof ApiError && error.details.some(({ field }) => field === 'code')) return { kind: 'refused', reason: 'pass_invalid', first: null }
  return { kind: 'unknown', error }
}

/** Returns the event that a refusal names. */
function eventOf(error: unknown): { event?: PassEvent } {
  const { title, startsAt } = (error instanceof ApiError ? error.details[0] : null) ?? {}
  return title && startsAt ? { event: { title, startsAt } } : {}
}

/** A scanner that types ends a code with Enter or Tab. A space may be the last character of a code. */
export const cleanCode = (typed: string): string => typed.replace(/^\s+|[\r\n\t]+$/g, '')
