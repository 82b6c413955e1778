// Writes: every button and form that changes something goes through this hook.
import { type QueryKey, type UseMutateFunction, type UseMutationOptions, type UseMutationResult, useIsMutating, useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useLocation } from 'wouter'

import type { User } from '../api/types'
import { keys } from '../live/cache'
import { LATE_AFTER, POLL_INTERVAL, pause } from '../pause'
import { useTexts } from '../texts/context'
import { errorText } from '../texts/errors'
import { type Toast, useAnnounce } from './announcer'
import { useSustained } from './use-sustained'

/** The outcome is shown together with the data that `onSettled` requests, unless that takes longer, in milliseconds. */
const REFRESH_TIMEOUT = 3000

type Mutation<T, V> = UseMutationResult<T, Error, V, string>
type WithoutPromise<R> = R extends unknown ? Omit<R, 'mutateAsync'> : never

/** A mutation that runs once at a time. */
export type Write<T, V = void> = WithoutPromise<Mutation<T, V>>

interface WriteOptions<T, V> extends Pick<UseMutationOptions<T, Error, V>, 'mutationFn' | 'onSuccess' | 'onError' | 'onSettled'> {
  /** The key of the data that the write changes, for `useHeld`. */
  changes?: QueryKey
  /** The user whose write it is. Another user of this browser does not see its outcome. */
  userId?: string
  /** Called with the outcome unless the user has left the page from which the write was sent. */
  onShow?: (data: T) => void
  /** Returns the outcome as a message, for a user who has left that page; null if the data says that the outcome is past. */
  message?: (data: T) => Required<Toast> | null
  /** Whether that page shows the message, too, and whether it then opens the page of the message in its place. */
  shows?: 'message' | 'next'
}

/**
 * Returns a mutation whose `mutate` has no effect from its call until the page shows the outcome. A second click may come before the page
 * shows that the first one is in progress, so a state that is rendered cannot ignore it. An outcome that arrives after the user has left
 * the page is shown as a toast.
 */
export function useWrite<T, V = void>({ changes, userId, onSettled, onShow, message, shows, ...options }: WriteOptions<T, V>): Write<T, V> {
  const texts = useTexts()
  const [, navigate] = useLocation()
  const { showToast } = useAnnounce()
  const client = useQueryClient()
  const mutation: Mutation<T, V> = useMutation({
    ...options,
    ...(changes && { mutationKey: changes }),
    // Without a network the request fails at once, and the page says so. By default it would wait silently for a network.
    networkMode: 'always',
    onMutate: () => location.pathname,
    onSettled: async (data, error, variables, path, context) => {
      await Promise.race([onSettled?.(data, error, variables, path, context), pause(REFRESH_TIMEOUT)])
      if (userId !== undefined && client.getQueryData<User | null>(keys.session)?.id !== userId) return
      const isLeft = path !== undefined && path !== location.pathname
      if (error) {
        if (isLeft && message) showToast({ text: texts.common.failedElsewhere(errorText(texts, error)), to: path })
        return
      }
      if (!isLeft) onShow?.(data as T)
      if (!message || (!isLeft && !shows)) return
      const outcome = message(data as T)
      if (!outcome) return
      const { text, to } = outcome
      showToast(isLeft ? { text, to } : text)
      if (!isLeft && shows === 'next') navigate(to, { replace: true })
    },
  })
  const isRunning = useRef(false)
  const { isPending, mutate } = mutation
  useLayoutEffect(() => {
    if (!isPending) isRunning.current = false
  })
  const mutateOnce = useCallback<UseMutateFunction<T, Error, V, string>>(
    (...call) => {
      if (isRunning.current) return
      isRunning.current = true
      mutate(...call)
    },
    [mutate],
  )
  return { ...mutation, mutate: mutateOnce }
}

/** Returns whether a write that changes the data of a key waits for its response. Until then the page offers no other write that changes it. */
export const useIsWriting = (key: QueryKey): boolean => useIsMutating({ mutationKey: key }) > 0

/**
 * Returns the data of a key; while a write that changes it waits for its response, the data from before that write. The feed may report the
 * effect of the write first, and the page would take it for a change by another user. Only the response says whose it is. `isFinal`: no
 * response can change what the data says. A late response is not waited for: the data is requested until it arrives.
 */
export function useHeld<T>(key: QueryKey, data: T, isFinal = false): T {
  const client = useQueryClient()
  const isWriting = useIsWriting(key)
  const isLate = useSustained(isWriting, LATE_AFTER)
  // The key is a new array with each rendering.
  const hash = JSON.stringify(key)
  useEffect(() => {
    if (!isLate) return
    const poll = () => void client.invalidateQueries({ queryKey: JSON.parse(hash) as QueryKey }, { cancelRefetch: false })
    poll()
    const timer = setInterval(poll, POLL_INTERVAL)
    return () => clearInterval(timer)
  }, [client, isLate, hash])
  const isHeld = isWriting && !isLate && !isFinal
  const [shown, setShown] = useState(data)
  if (!isHeld && !Object.is(shown, data)) setShown(data)
  return isHeld ? shown : data
}
