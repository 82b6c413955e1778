// The server's time. A deadline is the server's, and the clock of this machine may be wrong.

/** Between what the server's clock must be ahead of ours, in milliseconds. */
interface Bounds {
  low: number
  high: number
}

let bounds: Bounds | null = null

/**
 * Narrows the bounds by one answer: its `Date` has whole seconds, and was written between sending and receiving.
 * Bounds that contradict each other mean that a clock was set; then the newest answer counts alone.
 */
export function narrow(known: Bounds | null, date: number, sent: number, received: number): Bounds {
  const seen = { low: date - received, high: date + 1000 - sent }
  if (!known) return seen
  const both = { low: Math.max(known.low, seen.low), high: Math.min(known.high, seen.high) }
  return both.low <= both.high ? both : seen
}

/** How far the server's clock is ahead: nothing, where that can be. */
export function skewOf(known: Bounds | null): number {
  if (!known || (known.low <= 0 && known.high >= 0)) return 0
  return (known.low + known.high) / 2
}

/** Takes in the `Date` of an answer. */
export function heardDate(header: string | null, sent: number, received: number): void {
  const date = header ? Date.parse(header) : NaN
  if (Number.isFinite(date)) bounds = narrow(bounds, date, sent, received)
}

/** What the server's clock shows now. */
export const serverNow = (): number => Date.now() + skewOf(bounds)
