// The sign-out mutation.
import { type UseMutationResult, useMutation } from '@tanstack/react-query'

import { signOut } from '../api/users'
import { useSetSession } from './context'

export function useSignOut(): UseMutationResult<void, Error, string> {
  const setSession = useSetSession()
  return useMutation({
    networkMode: 'always',
    mutationFn: (userId: string) => signOut(userId),
    onSuccess: () => setSession(null),
  })
}
