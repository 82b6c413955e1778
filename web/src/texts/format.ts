// Money and times in the words of a language.

export interface Format {
  money: (amount: number) => string
  /** Date and time, in the zone of this machine. */
  moment: (iso: string) => string
  /** When, as seen from `now`: “3 minutes ago”. */
  ago: (iso: string, now: number) => string
  /** A span in words: “1 minute”. */
  span: (milliseconds: number) => string
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]
/** Beyond this the date says more. */
const LONG = 30 * 86_400_000

export function formatOf(locale: string): Format {
  const money = new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD' })
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const amount = (unit: string) => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' })
  return {
    money: (value) => money.format(value),
    moment: (iso) => moment.format(new Date(iso)),
    ago(iso, now) {
      const past = now - Date.parse(iso)
      if (past >= LONG) return day.format(new Date(iso))
      const [unit, size] = UNITS.find(([, size]) => past >= size) ?? ['second', 1000]
      // Seconds would have to be counted before one's eyes.
      return unit === 'second' ? relative.format(0, 'second') : relative.format(-Math.floor(past / size), unit)
    },
    span(milliseconds) {
      const seconds = Math.round(milliseconds / 1000)
      return seconds < 60 ? amount('second').format(seconds) : amount('minute').format(Math.round(seconds / 60))
    },
  }
}

/** What a clock shows that counts down: `14:59`. A second that has begun counts whole. */
export function countdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000))
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  return (hours ? `${hours}:${two(minutes)}` : String(minutes)) + `:${two(seconds % 60)}`
}

/** The same for programs: `PT14M59S`. */
export const duration = (milliseconds: number): string => `PT${Math.max(0, Math.ceil(milliseconds / 1000))}S`
