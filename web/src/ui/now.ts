// Time that passes on the page.
import { useCallback, useSyncExternalStore } from 'react'

import { serverNow } from '../api/clock'

/** The server's time, renewed each `step` milliseconds. */
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
