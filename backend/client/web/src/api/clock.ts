// The time of the server. Deadlines are in server time, and the clock of the device may be wrong.

/** The bounds of the offset of the server's clock, in milliseconds. */
interface Bounds {
  low: number
  high: number
}

let bounds: Bounds | null = null

/**
 * Narrows the bounds by one response: its `Date` has whole seconds, and the server wrote it between sending and receiving. If the bounds
 * contradict each other, a clock was set, and only the newest response counts.
 */
export function narrow(known: Bounds | null, date: number, sent: number, received: number): Bounds {
  const seen = { low: date - received, high: date + 1000 - sent }
  if (!known) return seen
  const both = { low: Math.max(known.low, seen.low), high: Math.min(known.high, seen.high) }
  return both.low <= both.high ? both : seen
}

/** Returns the offset of the server's clock: 0 if the bounds allow it. */
export function skewOf(known: Bounds | null): number {
  if (!known || (known.low <= 0 && known.high >= 0)) return 0
  return (known.low + known.high) / 2
}

/** Narrows the bounds by the `Date` header of a response. */
export function recordServerDate(header: string | null, sent: number, received: number): void {
  const date = header ? Date.parse(header) : NaN
  if (Number.isFinite(date)) bounds = narrow(bounds, date, sent, received)
}

/** Returns the offset of the server's clock, in milliseconds. */
export const skew = (): number => skewOf(bounds)

/** Restores the offset of an earlier visit, until a response states the time of the server. */
export function restoreSkew(offset: number): void {
  bounds ??= { low: offset, high: offset }
}

/** Returns the current time of the server. */
export const serverNow = (): number => Date.now() + skew()
