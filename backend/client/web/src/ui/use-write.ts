// Writes: every button and form that changes something goes through this hook.
import { type UseMutateFunction, type UseMutationOptions, type UseMutationResult, useMutation } from '@tanstack/react-query'
import { useCallback, useLayoutEffect, useRef } from 'react'

type WithoutPromise<R> = R extends unknown ? Omit<R, 'mutateAsync'> : never

/** A mutation that runs once at a time. */
export type Write<T, V = void> = WithoutPromise<UseMutationResult<T, Error, V>>

/**
 * Returns a mutation whose `mutate` has no effect from its call until the page shows the outcome. A second click may come before the page
 * shows that the first one is in progress, so a state that is rendered cannot ignore it.
 */
export function useWrite<T, V = void>(options: Omit<UseMutationOptions<T, Error, V>, 'networkMode'>): Write<T, V> {
  // Without a network the request fails at once, and the page says so. By default it would wait silently for a network.
  const mutation = useMutation<T, Error, V>({ ...options, networkMode: 'always' })
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
