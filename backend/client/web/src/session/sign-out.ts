// The sign-out mutation.
import { useQueryClient } from '@tanstack/react-query'

import { signOut } from '../api/users'
import { keys } from '../live/cache'
import { type Write, useWrite } from '../ui/use-write'
import { useSetSession } from './context'

export function useSignOut(): Write<unknown, string> {
  const setSession = useSetSession()
  const client = useQueryClient()
  return useWrite({
    mutationFn: (userId: string) => signOut(userId),
    onSuccess: () => setSession(null),
    // The response may be lost after the server has signed the user out.
    onError: () => void client.invalidateQueries({ queryKey: keys.session }),
  })
}
