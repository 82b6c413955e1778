// The user of this page, and whether its data is out of date, while the server does not respond.
import { type UseQueryResult, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

import { isUnreachable } from '../api/problem'
import type { User } from '../api/types'
import { keys } from '../live/cache'
import { useOnline } from '../live/context'
import { useSession } from '../session/context'
import { useSustained } from '../ui/use-sustained'

/** The fallback delay: how long a page waits for the server before it shows cached data, in milliseconds. */
const ANSWER_TIME = 1500
/** A request without an answer is repeated after this time, in milliseconds. */
const REPEAT_TIME = 4000

/** Returns true once the fallback delay has passed since mount. */
const useIsLate = (): boolean => useSustained(true, ANSWER_TIME)

/** Returns the signed-in user. Falls back to the user of the cached data while the session is unknown. */
export function useUserOrKept(userOfKept: () => User | null): User | null {
  const { state, user } = useSession()
  const [isLate, online] = [useIsLate(), useOnline()]
  const [kept] = useState(userOfKept)
  return user ?? (state === 'unknown' && (isLate || !online) ? kept : null)
}

type Request = Pick<UseQueryResult, 'data' | 'fetchStatus' | 'failureCount' | 'failureReason'> & { refetch: () => unknown }

/**
 * Returns whether the server gives no answer to a request: what is shown is what it sent before, or what this browser has kept. Then the
 * request is repeated until there is an answer.
 */
export function useIsAway({ data, fetchStatus, failureCount, failureReason, refetch }: Request, hasKept: boolean): boolean {
  const client = useQueryClient()
  const isLate = useIsLate()
  const isShown = data !== undefined
  // A single lost response does not mark the page as out of date.
  const hasFailed = isUnreachable(failureReason) && failureCount > (isShown ? 1 : 0)
  const isAway = fetchStatus === 'paused' || hasFailed || (!isShown && fetchStatus === 'fetching' && isLate)
  const mustRepeat = isAway && fetchStatus === 'idle' && (isShown || hasKept)
  useEffect(() => {
    if (!mustRepeat) return
    const timer = setTimeout(() => void refetch(), REPEAT_TIME)
    return () => clearTimeout(timer)
  }, [mustRepeat, refetch])
  useEffect(() => {
    if (!isAway) return
    // The server responds again, so the session is requested again.
    return () => void client.invalidateQueries({ queryKey: keys.session })
  }, [client, isAway])
  return isAway
}
