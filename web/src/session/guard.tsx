// Pages that are somebody's: whoever is signed out signs in first, and comes back.
import type { ReactNode } from 'react'
import { Redirect } from 'wouter'

import type { User } from '../api/types'
import { useTexts } from '../texts/context'
import { Page } from '../ui/page'
import { useSession } from './context'
import { signInPath } from './return'

export function SignedIn({ title, children }: { title: string; children: (user: User) => ReactNode }) {
  const session = useSession()
  const texts = useTexts()
  if (session.state === 'out') return <Redirect to={signInPath(location.pathname + location.search)} replace />
  if (session.state === 'unknown') {
    return (
      <Page title={title} loading>
        <p className="hidden">{texts.common.loading}</p>
      </Page>
    )
  }
  return children(session.user)
}
