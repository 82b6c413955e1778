// A state that lasts.
import { useEffect, useState } from 'react'

/** Returns whether `value` has been true for `time` milliseconds. */
export function useSustained(value: boolean, time: number): boolean {
  const [sustained, setSustained] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSustained(value), value ? time : 0)
    return () => clearTimeout(timer)
  }, [value, time])
  return sustained && value
}
