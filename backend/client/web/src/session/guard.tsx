// Pages that require a session. A visitor who is signed out is redirected to sign-in and returned afterwards.
import type { ReactElement, ReactNode } from 'react'
import { Redirect } from 'wouter'

import type { User } from '../api/types'
import { useUserOrKept } from '../offline/use-away'
import { useTexts } from '../texts/context'
import { Failure } from '../ui/failure'
import { LoadingPage, Page } from '../ui/page'
import { useSession } from './context'
import { signInPath } from './return-path'

interface SignedInProps {
  title: string
  /** Shown until the session is known. */
  skeleton: ReactElement
  /** Whether the page draws its own heading: meanwhile there is none to see. */
  bare?: boolean
  narrow?: boolean
  /** Returns the user for whom this browser has kept what the page shows, for as long as the server cannot say who is signed in. */
  userOfKept?: () => User | null
  children: (user: User) => ReactNode
}

const nobody = () => null

export function SignedIn({ title, skeleton, bare = false, narrow = false, userOfKept = nobody, children }: SignedInProps) {
  const session = useSession()
  const texts = useTexts()
  const user = useUserOrKept(userOfKept)
  if (user) return children(user)
  if (session.state === 'out') return <Redirect to={signInPath(location.pathname + location.search)} replace />
  if (bare && !session.error) return <LoadingPage skeleton={skeleton} />
  return (
    <Page title={title} narrow={narrow} loading={!session.error}>
      {session.error ? <Failure error={session.error} retry={session.retry} /> : skeleton}
      <p className="hidden">{session.error ? '' : texts.common.loading}</p>
    </Page>
  )
}
