// The current time as a hook.
import { useCallback, useSyncExternalStore } from 'react'

import { serverNow } from '../api/clock'

/** Returns the time of the server, updated each `step` milliseconds. */
export function useNow(step: number): number {
  const subscribe = useCallback(
    (tick: () => void) => {
      const timer = setInterval(tick, step)
      return () => clearInterval(timer)
    },
    [step],
  )
  return useSyncExternalStore(subscribe, () => Math.floor(serverNow() / step) * step)
}

/** The clock of the server may turn out to be another one: the times are compared again after this long, in milliseconds. */
const CHECK = 60_000

/** Returns the latest of these times that is past, in milliseconds, or 0; and again as soon as another one passes. */
export function useLastPast(times: readonly (string | null | undefined)[]): number {
  const key = times.filter(Boolean).join(' ')
  const subscribe = useCallback(
    (tick: () => void) => {
      let timer: ReturnType<typeof setTimeout>
      const wait = () => {
        const next = Math.min(...instantsOf(key).filter((time) => time > serverNow()))
        if (next === Infinity) return
        timer = setTimeout(() => {
          tick()
          wait()
        }, Math.min(CHECK, Math.max(1, next - serverNow())))
      }
      wait()
      return () => clearTimeout(timer)
    },
    [key],
  )
  return useSyncExternalStore(subscribe, () => lastPast(instantsOf(key), serverNow()))
}

const instantsOf = (key: string): number[] => key.split(' ').map((time) => Date.parse(time))

/** Returns the latest of the times up to `now`, or 0. */
export const lastPast = (times: readonly number[], now: number): number => times.reduce((last, time) => (time <= now && time > last ? time : last), 0)
