// The sort order of the passes that the user holds.
import type { Pass } from '../api/types'

/** The statuses of passes that admit now or can admit again. */
export const isCurrent = ({ status }: Pick<Pass, 'status'>): boolean => status === 'valid' || status === 'offered'

const starts = ({ startsAt }: Pick<Pass, 'startsAt'>): number => (startsAt ? Date.parse(startsAt) : Infinity)

/** Sorts passes by the start of their events: the next one is first, those without a date are last. */
export function byStart<T extends Pick<Pass, 'startsAt'>>(passes: readonly T[]): T[] {
  return [...passes].sort((one, other) => (starts(one) === starts(other) ? 0 : starts(one) - starts(other)))
}
