// Whether an event starts near a time: for a door that admits the events of one evening. The rule and the test cases are those of
// `EventTime::is_within` in the SDK.
import { offsetOf } from '../market/details'

/** How long before or after an admission an event starts without a warning, in seconds: 12 hours. A door of one evening admits only those. */
export const EXPECTED_WITHIN = 12 * 3600

/** Returns whether an event starts at most `seconds` before or after a time in milliseconds. One that states no start does. */
export const isWithin = (startsAt: string | null | undefined, at: number, seconds: number): boolean =>
  // A start that this browser cannot parse refuses no holder.
  !startsAt || !(Math.abs(Date.parse(startsAt) - at) > seconds * 1000)

/** Returns whether a time in milliseconds is on the day of an event, by the clock at its place. */
export function isOnDay(startsAt: string, at: number): boolean {
  const [, sign = '', hours = '0', minutes = '0'] = /^([+-])(\d{2}):(\d{2})$/.exec(offsetOf(startsAt)) ?? []
  const offset = Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000
  return new Date(at + offset).toISOString().slice(0, 10) === startsAt.slice(0, 10)
}
