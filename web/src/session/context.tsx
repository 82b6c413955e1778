// Who is signed in. The cookie is out of reach, so the server is asked.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'

import type { User } from '../api/types'
import { currentUser } from '../api/users'
import { keys } from '../live/cache'

/** `unknown` until the server has answered. */
export type Session = { state: 'unknown'; user: null } | { state: 'out'; user: null } | { state: 'in'; user: User }

export function useSession(): Session {
  const { data } = useQuery({
    queryKey: keys.session,
    queryFn: ({ signal }) => currentUser(signal),
    staleTime: 60_000,
    // Another tab may have signed out, or in as somebody else.
    refetchOnWindowFocus: 'always',
  })
  if (data === undefined) return { state: 'unknown', user: null }
  return data ? { state: 'in', user: data } : { state: 'out', user: null }
}

/** Takes in who is signed in now, and forgets what belonged to whoever was before. */
export function useSetSession(): (user: User | null) => void {
  const client = useQueryClient()
  return useCallback(
    (user) => {
      client.setQueryData(keys.session, user)
      for (const queryKey of [['orders'], ['order'], ['payments'], ['tickets', 'mine']]) client.removeQueries({ queryKey })
    },
    [client],
  )
}
