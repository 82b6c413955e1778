// Formats money and times in a language.
import { clockTime, offsetOf } from '../market/details'
import { deviceZone, offsetAt } from '../market/zones'

export type Format = ReturnType<typeof createFormat>

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]
/** Beyond this age the date is shown. */
const MAX_RELATIVE_AGE = 30 * 86_400_000

export function createFormat(locale: string) {
  const money = new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD' })
  const inUtc = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' })
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
  const instant = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' })
  const [event, clock] = [inUtc({ dateStyle: 'full', timeStyle: 'short' }), inUtc({ timeStyle: 'short' })]
  const tile = { month: inUtc({ month: 'short' }), day: inUtc({ day: 'numeric' }), weekday: inUtc({ weekday: 'short' }), year: inUtc({ year: 'numeric' }) }
  const [month, monthOfYear] = [inUtc({ month: 'long' }), inUtc({ month: 'long', year: 'numeric' })]
  const seconds = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' })
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const amount = (unit: string) => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' })
  return {
    money: (value: number) => money.format(value),
    /** Formats date and time with the offset, in the time zone of the device. */
    moment: (iso: string) => onDevice(moment, iso),
    /** As `moment`, with seconds. Lines break after a comma and before the time of the day only. */
    instant: (iso: string) => onDevice(instant, iso).replace(/(?<!,) (?!\d+:)/g, NO_BREAK),
    /** Formats the time of the day with seconds and the offset, in the time zone of the device. */
    clock: (iso: string) => onDevice(seconds, iso),
    /** Formats the start of an event on the clock of its place, with the offset of the place. */
    eventTime: (iso: string) => atPlace(event, iso),
    /** As `eventTime`, without the date: “7:30 PM UTC+1”. */
    eventClock: (iso: string) => atPlace(clock, iso),
    /** Returns the parts of the date tile of an event, or null if its start cannot be read. `year` is null if it is that of `today`. */
    tile(iso: string, today: string) {
      const at = placeTime(iso)
      if (!at) return null
      // Some languages append a word to the number of the day.
      const day = (parts: Intl.DateTimeFormatPart[]) => parts.find(({ type }) => type === 'day')?.value ?? ''
      const year = at.getUTCFullYear() === Number(today.slice(0, 4)) ? null : tile.year.format(at)
      return { month: tile.month.format(at), day: day(tile.day.formatToParts(at)), weekday: tile.weekday.format(at), year }
    },
    /** Formats a month `YYYY-MM`, with the year unless it is that of `today`. */
    month(text: string, today: string) {
      const at = new Date(`${text}-01T00:00:00Z`)
      return (text.slice(0, 4) === today.slice(0, 4) ? month : monthOfYear).format(at)
    },
    /** Formats a time relative to `now`: “3 minutes ago”; null for less than a minute. */
    ago(iso: string, now: number) {
      const past = now - Date.parse(iso)
      if (past >= MAX_RELATIVE_AGE) return day.format(new Date(iso))
      // Seconds are not shown, since they would change constantly.
      const [unit, size] = UNITS.find(([, size]) => past >= size) ?? []
      return unit && size ? relative.format(-Math.floor(past / size), unit) : null
    },
    /** Formats a duration: “1 minute”. */
    span(milliseconds: number) {
      const whole = Math.round(milliseconds / 1000)
      return whole < 60 ? amount('second').format(whole) : amount('minute').format(Math.round(whole / 60))
    },
  }
}

/** Formats a time on the clock of the device with its offset. */
function onDevice(format: Intl.DateTimeFormat, iso: string): string {
  const at = new Date(iso)
  return `${wrapped(format, at)}${NO_BREAK}${zone(offsetAt(deviceZone(), at.getTime()))}`
}

const NO_BREAK = '\u00a0'

/** Formats a time. Lines break before the time of the day, not within it. */
function wrapped(format: Intl.DateTimeFormat, at: Date): string {
  const parts = format.formatToParts(at)
  const clock = parts.findIndex(({ type }) => type === 'hour' || type === 'dayPeriod')
  return parts.map(({ value }, index) => (index > clock ? value.replace(/\s/g, NO_BREAK) : value)).join('')
}

/** Returns the clock time at the place of an event as if it were in UTC. */
function placeTime(iso: string): Date | null {
  const local = clockTime(iso)
  return local ? new Date(`${local}:00Z`) : null
}

/** Formats the clock time at the place of an event with the offset; a time without an offset in the zone of the device. */
function atPlace(format: Intl.DateTimeFormat, iso: string): string {
  const at = placeTime(iso)
  return at ? `${wrapped(format, at)}${NO_BREAK}${zone(offsetOf(iso))}` : iso
}

/** Formats an offset: `+01:00` as `UTC+1`. */
export function zone(offset: string): string {
  const [, sign = '', hours = '', minutes = ''] = /^([+-])(\d{2}):(\d{2})$/.exec(offset) ?? []
  if (Number(hours) === 0 && Number(minutes) === 0) return 'UTC'
  return `UTC${sign.replace('-', '−')}${Number(hours)}${minutes === '00' ? '' : `:${minutes}`}`
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
