// Pages that require a session. A visitor who is signed out is redirected to sign-in and returned afterwards.
import type { ReactElement, ReactNode } from 'react'
import { Redirect } from 'wouter'

import type { User } from '../api/types'
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
  children: (user: User) => ReactNode
}

export function SignedIn({ title, skeleton, bare = false, children }: SignedInProps) {
  const session = useSession()
  const texts = useTexts()
  if (session.state === 'out') return <Redirect to={signInPath(location.pathname + location.search)} replace />
  if (session.state === 'unknown') {
    if (bare && !session.error) return <LoadingPage skeleton={skeleton} />
    return (
      <Page title={title} loading={!session.error}>
        {session.error ? <Failure error={session.error} retry={session.retry} /> : skeleton}
        <p className="hidden">{session.error ? '' : texts.common.loading}</p>
      </Page>
    )
  }
  return children(session.user)
}
