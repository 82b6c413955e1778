// The sign-out mutation.
import { signOut } from '../api/users'
import { type Write, useWrite } from '../ui/use-write'
import { useSetSession } from './context'

export function useSignOut(): Write<unknown, string> {
  const setSession = useSetSession()
  return useWrite({
    mutationFn: (userId: string) => signOut(userId),
    onSuccess: () => setSession(null),
  })
}
