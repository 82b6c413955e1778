// While the server does not answer: who uses this page, and whether what it shows is out of date.
import type { UseQueryResult } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

import { isUnreachable } from '../api/problem'
import type { User } from '../api/types'
import { useOnline } from '../live/context'
import { useSession } from '../session/context'

/** The server is waited for this long before a page shows what this browser has kept, in milliseconds. */
const ANSWER_TIME = 1500

/** Returns whether the server has had the time to answer since the component was mounted. */
function useIsLate(): boolean {
  const [isLate, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), ANSWER_TIME)
    return () => clearTimeout(timer)
  }, [])
  return isLate
}

/** Returns the signed-in user; while the server cannot say who that is, the user for whom this browser has kept something. */
export function useUserOrKept(userOfKept: () => User | null): User | null {
  const { state, user } = useSession()
  const [isLate, online] = [useIsLate(), useOnline()]
  const [kept] = useState(userOfKept)
  return user ?? (state === 'unknown' && (isLate || !online) ? kept : null)
}

type Request = Pick<UseQueryResult, 'data' | 'fetchStatus' | 'failureReason'>

/** Returns whether the server gives no answer to a request: what is shown, if anything, is what it sent before. */
export function useIsAway({ data, fetchStatus, failureReason }: Request): boolean {
  const isLate = useIsLate()
  return fetchStatus === 'paused' || (failureReason !== null && isUnreachable(failureReason)) || (data === undefined && fetchStatus === 'fetching' && isLate)
}
