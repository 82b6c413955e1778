// Pages that belong to a user: a visitor who is signed out signs in first, and comes back.
import type { ReactElement, ReactNode } from 'react'
import { Redirect } from 'wouter'

import type { User } from '../api/types'
import { useTexts } from '../texts/context'
import { Failure } from '../ui/failure'
import { Page } from '../ui/page'
import { useSession } from './context'
import { signInPath } from './return'

interface SignedInProps {
  title: string
  /** In the place of the content until it is known who is signed in. */
  skeleton: ReactElement
  children: (user: User) => ReactNode
}

export function SignedIn({ title, skeleton, children }: SignedInProps) {
  const session = useSession()
  const texts = useTexts()
  if (session.state === 'out') return <Redirect to={signInPath(location.pathname + location.search)} replace />
  if (session.state === 'unknown') {
    return (
      <Page title={title} loading={!session.error}>
        {session.error ? <Failure error={session.error} retry={session.retry} /> : skeleton}
        <p className="hidden">{session.error ? '' : texts.common.loading}</p>
      </Page>
    )
  }
  return children(session.user)
}
