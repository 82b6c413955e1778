// Groups of a list that is sorted by date: this week, next week, and months.
import type { Ticket } from '../api/types'
import { clockTime } from './details'

/** A group of tickets: a period, or a month as `2026-12`. */
export type Period = 'today' | 'thisWeek' | 'nextWeek' | 'undated' | `${number}-${number}`

const DAY = 86_400_000

/** Returns the midnight of a day as if it were in UTC, so that days can be counted. */
const midnight = (day: string): number => Date.parse(`${day}T00:00:00Z`)

/** Returns the day of the device at a time, as `YYYY-MM-DD`. */
export function dayOf(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}

/** Returns the period of an event by the day of its place. Weeks begin on Monday. */
export function periodOf(startsAt: string | null | undefined, today: string): Period {
  const day = clockTime(startsAt ?? '').slice(0, 10)
  if (!day) return 'undated'
  const now = midnight(today)
  const monday = now - ((new Date(now).getUTCDay() + 6) % 7) * DAY
  const at = midnight(day)
  if (at === now) return 'today'
  if (at > now && at < monday + 7 * DAY) return 'thisWeek'
  if (at > now && at < monday + 14 * DAY) return 'nextWeek'
  return day.slice(0, 7) as Period
}

/** Groups tickets by period, in the order of the list. */
export function groupByPeriod<T extends Pick<Ticket, 'startsAt'>>(tickets: readonly T[], today: string): [Period, T[]][] {
  const groups = new Map<Period, T[]>()
  for (const ticket of tickets) {
    const period = periodOf(ticket.startsAt, today)
    const group = groups.get(period)
    if (group) group.push(ticket)
    else groups.set(period, [ticket])
  }
  return [...groups]
}
