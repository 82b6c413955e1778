// What a ticket says about its event. This is the one list of the fields in the pages.
import type { components } from '../api/schema'

export type Details = components['schemas']['TicketDetails']
export type DetailField = keyof Details

/** The fields, in the order of forms and pages. */
export const DETAILS = ['startsAt', 'venue', 'seat', 'description'] as const satisfies readonly DetailField[]

/** The most characters of a field. The server validates them. */
export const MAX_LENGTHS: Record<DetailField, number> = { startsAt: 35, venue: 120, seat: 60, description: 2000 }

/** The fields as a form has them: empty where they are not given. */
export type DetailDraft = Record<DetailField, string>

export function draftOfDetails(details: Details): DetailDraft {
  return Object.fromEntries(DETAILS.map((field) => [field, details[field] ?? ''])) as DetailDraft
}

/** Returns the details of a request. An empty field is left out of a new ticket, and clears the field of an existing one. */
export function detailsOfDraft(draft: DetailDraft, isUpdate: boolean): Details {
  const given = DETAILS.map((field) => [field, draft[field].trim() || null] as const)
  return Object.fromEntries(given.filter(([, text]) => isUpdate || text !== null))
}

/** A time of an event has the offset of its place: `2026-12-24T19:30:00+01:00`. */
const PARTS = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/i

/** Returns the clock time at the place, as `datetime-local` inputs have it. */
export const clockTime = (startsAt: string): string => PARTS.exec(startsAt)?.[1] ?? ''

/** Returns the offset of the place: `+01:00` or `Z`. */
export const offsetOf = (startsAt: string): string => PARTS.exec(startsAt)?.[2] ?? ''
