// Writes: every button and form that changes something goes through this hook.
import { type QueryKey, type UseMutateFunction, type UseMutationOptions, type UseMutationResult, useIsMutating, useMutation } from '@tanstack/react-query'
import { useCallback, useLayoutEffect, useRef, useState } from 'react'

type WithoutPromise<R> = R extends unknown ? Omit<R, 'mutateAsync'> : never

/** A mutation that runs once at a time. */
export type Write<T, V = void> = WithoutPromise<UseMutationResult<T, Error, V>>

interface WriteOptions<T, V> extends Omit<UseMutationOptions<T, Error, V>, 'networkMode' | 'mutationKey'> {
  /** The key of the data that the write changes, for `useHeld`. */
  changes?: QueryKey
}

/**
 * Returns a mutation whose `mutate` has no effect from its call until the page shows the outcome. A second click may come before the page
 * shows that the first one is in progress, so a state that is rendered cannot ignore it.
 */
export function useWrite<T, V = void>({ changes, ...options }: WriteOptions<T, V>): Write<T, V> {
  // Without a network the request fails at once, and the page says so. By default it would wait silently for a network.
  const mutation = useMutation<T, Error, V>({ ...options, ...(changes && { mutationKey: changes }), networkMode: 'always' })
  const isRunning = useRef(false)
  const { isPending, mutate } = mutation
  useLayoutEffect(() => {
    if (!isPending) isRunning.current = false
  })
  const mutateOnce = useCallback<UseMutateFunction<T, Error, V>>(
    (...call) => {
      if (isRunning.current) return
      isRunning.current = true
      mutate(...call)
    },
    [mutate],
  )
  return { ...mutation, mutate: mutateOnce }
}

/**
 * Returns the data of a key; while a write that changes it waits for its response, the data from before that write. The feed may report the
 * effect of the write first, and the page would take it for a change by another user. Only the response says whose it is.
 */
export function useHeld<T>(key: QueryKey, data: T): T {
  const isWriting = useIsMutating({ mutationKey: key }) > 0
  const [shown, setShown] = useState(data)
  if (!isWriting && !Object.is(shown, data)) setShown(data)
  return isWriting ? shown : data
}
