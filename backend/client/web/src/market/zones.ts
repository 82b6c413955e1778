// Time zones of venues: the offset of a clock time, and the times that do not exist or occur twice.
import { clockTime, offsetOf } from './details'

/** The start of an event, split into the fields of a form. */
export interface When {
  /** The clock time at the place, in the format of `datetime-local` inputs. */
  local: string
  /** The place: an IANA zone such as `Europe/Berlin`, or an offset such as `+01:00`. */
  zone: string
  /** Whether a clock time that occurs twice means the second instant. */
  isSecond: boolean
}

const HOUR = 3_600_000
const isOffset = (zone: string): boolean => /^(Z|[+-]\d{2}:\d{2})$/i.test(zone)

/** Returns the zone of the device. */
export function deviceZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}

const clocks = new Map<string, Intl.DateTimeFormat>()

/** Returns the offset of a place at an instant in milliseconds: `-04:00`. */
export function offsetAt(zone: string, instant: number): string {
  if (isOffset(zone)) return zone
  const clock = clocks.get(zone) ?? new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  clocks.set(zone, clock)
  const text = clock.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  return /[+-]\d{2}:\d{2}/.exec(text)?.[0] ?? '+00:00'
}

/** Returns the instant of a clock time at an offset, in milliseconds. */
const instantAt = (local: string, offset: string): number => Date.parse(`${local}${local.length === 16 ? ':00' : ''}${offset}`)

/**
 * Returns the offsets that a clock time has at a place, the earlier instant first: two in a DST overlap, none in a DST gap.
 */
export function offsetsOn(local: string, zone: string): string[] {
  const middle = instantAt(local, 'Z')
  if (Number.isNaN(middle)) return []
  // No zone is more than 14 hours from UTC, so these two instants enclose any change of the offset.
  const near = [...new Set([middle - 24 * HOUR, middle + 24 * HOUR].map((instant) => offsetAt(zone, instant)))]
  const real = near.filter((offset) => offsetAt(zone, instantAt(local, offset)) === offset)
  return real.sort((one, other) => instantAt(local, one) - instantAt(local, other))
}

/** Returns the start of an event for a form. That of a listing keeps its offset. */
export const whenOf = (startsAt: string): When => ({ local: clockTime(startsAt), zone: offsetOf(startsAt) || deviceZone(), isSecond: false })

/** Returns the start with the offset of its place; null if that clock time does not exist there. `before`: the start that the form had first. */
export function startOf(when: When, before: string): string | null {
  const { local, zone, isSecond } = when
  if (!local) return ''
  const first = whenOf(before)
  if (local === first.local && zone === first.zone) return before
  const offsets = offsetsOn(local, zone)
  const offset = offsets[isSecond ? 1 : 0] ?? offsets[0]
  return offset === undefined ? null : `${local}${local.length === 16 ? ':00' : ''}${offset}`
}

/** A zone to choose. */
export interface ZoneChoice {
  zone: string
  /** “Buenos Aires, Argentina” */
  place: string
  /** “Central European Time” in the language of the page; empty for an offset. */
  name: string
  offset: string
}

/** Returns the city of a zone: `America/Argentina/Buenos_Aires` is “Buenos Aires, Argentina”. */
export const placeOf = (zone: string): string => zone.replaceAll('_', ' ').split('/').slice(zone.includes('/') ? 1 : 0).reverse().join(', ')

const nameOf = (zone: string, language: string, instant: number): string =>
  new Intl.DateTimeFormat(language, { timeZone: zone, timeZoneName: 'longGeneric' }).formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? ''

/** Returns the zones of the browser with their offsets at an instant: `chosen` and that of the device first, then by place. */
export function zoneChoices(chosen: string, language: string, instant: number): ZoneChoice[] {
  const first = [chosen, deviceZone()]
  const others = ['UTC', ...Intl.supportedValuesOf('timeZone')].sort((one, other) => placeOf(one).localeCompare(placeOf(other), 'en'))
  return [...new Set([...first, ...others])].map((zone) => ({
    zone,
    place: isOffset(zone) ? '' : placeOf(zone),
    name: isOffset(zone) ? '' : nameOf(zone, language, instant),
    offset: offsetAt(zone, instant),
  }))
}

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[_/,]/g, ' ').replaceAll('−', '-').toLowerCase()

/** Returns the choices that have every word of a search: of the place, the zone, its name or its offset. */
export function searchZones(choices: readonly ZoneChoice[], query: string): ZoneChoice[] {
  const words = plain(query).split(/\s+/).filter(Boolean)
  const short = (offset: string) => offset.replace(/^([+-])0?(\d+):(\d{2})$/, (_, sign: string, hours: string, minutes: string) => `utc${sign}${hours}${minutes === '00' ? '' : `:${minutes}`}`)
  return choices.filter(({ zone, place, name, offset }) => {
    const text = plain(`${zone} ${place} ${name} ${offset} ${short(offset)}`)
    return words.every((word) => text.includes(word))
  })
}
