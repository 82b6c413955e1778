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
