// Formats money and times in a language.
import { clockTime, deviceOffset, offsetOf } from '../market/details'

export interface Format {
  money: (amount: number) => string
  /** Formats date and time, in the time zone of the device. */
  moment: (iso: string) => string
  /** Formats the start of an event on the clock of its place, with the offset of the place where that of the device differs. */
  eventTime: (iso: string) => string
  /** Formats a time relative to `now`: “3 minutes ago”. */
  ago: (iso: string, now: number) => string
  /** Formats a duration: “1 minute”. */
  span: (milliseconds: number) => string
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]
/** Beyond this age the date is shown. */
const MAX_RELATIVE_AGE = 30 * 86_400_000

export function createFormat(locale: string): Format {
  const money = new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD' })
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
  const event = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short', timeZone: 'UTC' })
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const amount = (unit: string) => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' })
  return {
    money: (value) => money.format(value),
    moment: (iso) => moment.format(new Date(iso)),
    eventTime(iso) {
      const local = clockTime(iso)
      if (!local) return moment.format(new Date(iso))
      const text = event.format(new Date(`${local}:00Z`))
      const offset = offsetOf(iso).toUpperCase().replace('Z', '+00:00')
      return offset === deviceOffset(new Date(iso)) ? text : `${text} (UTC${offset === '+00:00' ? '' : offset})`
    },
    ago(iso, now) {
      const past = now - Date.parse(iso)
      if (past >= MAX_RELATIVE_AGE) return day.format(new Date(iso))
      const [unit, size] = UNITS.find(([, size]) => past >= size) ?? ['second', 1000]
      // Seconds are not shown, since they would change constantly.
      return unit === 'second' ? relative.format(0, 'second') : relative.format(-Math.floor(past / size), unit)
    },
    span(milliseconds) {
      const seconds = Math.round(milliseconds / 1000)
      return seconds < 60 ? amount('second').format(seconds) : amount('minute').format(Math.round(seconds / 60))
    },
  }
}

/** Formats a countdown: `14:59`. A started second counts as a whole one. */
export function countdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000))
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  return (hours ? `${hours}:${two(minutes)}` : String(minutes)) + `:${two(seconds % 60)}`
}

/** Formats a countdown as an ISO 8601 duration: `PT14M59S`. */
export const duration = (milliseconds: number): string => `PT${Math.max(0, Math.ceil(milliseconds / 1000))}S`
