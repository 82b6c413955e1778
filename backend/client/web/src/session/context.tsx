// The session. Scripts cannot read the cookie, and tabs share it, so the server is asked for the user.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Fragment, type ReactNode, createContext, use, useCallback, useEffect, useRef, useState } from 'react'

import type { User } from '../api/types'
import { currentUser } from '../api/users'
import { Channel } from '../channel'
import { forgetUser, keys } from '../live/cache'
import { useTexts } from '../texts/context'
import { useAnnounce } from '../ui/announcer'

/** `unknown` until the server responds; `error` if the request failed. */
export type Session = ({ state: 'unknown'; user: null } | { state: 'out'; user: null } | { state: 'in'; user: User }) & {
  error: Error | null
  retry: () => void
}

type SetSession = (user: User | null) => void

const SetSessionContext = createContext<SetSession | null>(null)

export function useSession(): Session {
  const { data, error, refetch } = useQuery({
    queryKey: keys.session,
    queryFn: ({ signal }) => currentUser(signal),
    staleTime: 60_000,
    refetchOnWindowFocus: 'always',
  })
  const shared = { error: data === undefined ? error : null, retry: () => void refetch() }
  if (data === undefined) return { state: 'unknown', user: null, ...shared }
  return data ? { state: 'in', user: data, ...shared } : { state: 'out', user: null, ...shared }
}

/** Records a sign-in or sign-out on this page, and notifies the other tabs. */
export function useSetSession(): SetSession {
  const setSession = use(SetSessionContext)
  if (!setSession) throw new Error('useSetSession requires a SessionProvider')
  return setSession
}

/** Refreshes the session when another tab notifies, or on focus. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient()
  const [channel] = useState(() => new Channel('session'))
  useEffect(() => {
    const refresh = () => void client.invalidateQueries({ queryKey: keys.session })
    const unsubscribe = channel.subscribe(refresh)
    // Focus and the back-forward cache have separate events.
    const listening = new AbortController()
    for (const event of ['focus', 'pageshow']) window.addEventListener(event, refresh, listening)
    return () => {
      unsubscribe()
      listening.abort()
    }
  }, [client, channel])
  const setSession = useCallback<SetSession>(
    (user) => {
      void client.cancelQueries({ queryKey: keys.session })
      client.setQueryData(keys.session, user)
      channel.notify()
    },
    [client, channel],
  )
  return <SetSessionContext value={setSession}>{children}</SetSessionContext>
}

/** Remounts its children when another user is signed in, and deletes the cached data of the former user. */
export function UserScope({ children }: { children: ReactNode }) {
  const client = useQueryClient()
  const texts = useTexts()
  const { showToast } = useAnnounce()
  const { state, user } = useSession()
  const [scope, setScope] = useState<{ user: User | null; epoch: number }>({ user: null, epoch: 0 })
  if (state !== 'unknown' && user?.id !== scope.user?.id) setScope({ user, epoch: scope.epoch + (scope.user ? 1 : 0) })
  const previous = useRef<User>(null)
  useEffect(() => {
    if (state === 'unknown' || previous.current?.id === user?.id) return
    if (previous.current) {
      forgetUser(client, previous.current.id)
      if (user) showToast(texts.account.changed(user.email))
    }
    previous.current = user
  }, [client, state, user, showToast, texts])
  return <Fragment key={scope.epoch}>{children}</Fragment>
}
