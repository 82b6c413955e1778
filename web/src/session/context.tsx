// Who is signed in. The cookie is out of reach of scripts and shared by all tabs, so the server is asked.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Fragment, type ReactNode, createContext, use, useCallback, useEffect, useRef, useState } from 'react'

import type { User } from '../api/types'
import { currentUser } from '../api/users'
import { forgetUser, keys } from '../live/cache'
import { useTexts } from '../texts/context'
import { useAnnounce } from '../ui/announcer'
import { SessionChannel } from './channel'

/** `unknown` until the server has answered; `error` where it did not. */
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
  const rest = { error: data === undefined ? error : null, retry: () => void refetch() }
  if (data === undefined) return { state: 'unknown', user: null, ...rest }
  return data ? { state: 'in', user: data, ...rest } : { state: 'out', user: null, ...rest }
}

/** Takes in who has just signed in or out on this page, and tells the other tabs. */
export function useSetSession(): SetSession {
  const setSession = use(SetSessionContext)
  if (!setSession) throw new Error('there is no session here')
  return setSession
}

/** Whether this user is still the one that the page shows, for what ends after a while. */
export function useIsShown(userId: string): () => boolean {
  const client = useQueryClient()
  return useCallback(() => client.getQueryData<User | null>(keys.session)?.id === userId, [client, userId])
}

/** Watches who is signed in. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient()
  const [channel] = useState(() => new SessionChannel())
  useEffect(() => {
    const look = () => void client.invalidateQueries({ queryKey: keys.session })
    const unwatch = channel.watch(look)
    // The browser tells of a window that comes to the front, and of a page taken out of its cache, by events of their own.
    window.addEventListener('focus', look)
    window.addEventListener('pageshow', look)
    return () => {
      unwatch()
      window.removeEventListener('focus', look)
      window.removeEventListener('pageshow', look)
    }
  }, [client, channel])
  const setSession = useCallback<SetSession>(
    (user) => {
      void client.cancelQueries({ queryKey: keys.session })
      client.setQueryData(keys.session, user)
      channel.tell()
    },
    [client, channel],
  )
  return <SetSessionContext value={setSession}>{children}</SetSessionContext>
}

/** Draws everything anew once its user is no longer the one who is signed in: forms and what was read go with the user. */
export function ForOneUser({ children }: { children: ReactNode }) {
  const client = useQueryClient()
  const texts = useTexts()
  const { show } = useAnnounce()
  const { state, user } = useSession()
  const [shown, setShown] = useState<{ user: User | null; epoch: number }>({ user: null, epoch: 0 })
  if (state !== 'unknown' && user?.id !== shown.user?.id) setShown({ user, epoch: shown.epoch + (shown.user ? 1 : 0) })
  const before = useRef<User>(null)
  useEffect(() => {
    if (state === 'unknown' || before.current?.id === user?.id) return
    if (before.current) {
      forgetUser(client, before.current.id)
      if (user) show(texts.account.changed(user.email))
    }
    before.current = user
  }, [client, state, user, show, texts])
  return <Fragment key={shown.epoch}>{children}</Fragment>
}
