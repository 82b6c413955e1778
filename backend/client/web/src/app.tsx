// The router of the application and its providers.
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ComponentType, Suspense, lazy, useEffect, useState } from 'react'
import { Route, Switch, useLocation } from 'wouter'

import { ApiError, isCode, isTransient } from './api/problem'
import { keepNewer, keys } from './live/cache'
import { FeedProvider } from './live/context'
import { loadChunk } from './chunks'
import { useDoorUploads } from './door/marker'
import { useKeptPasses } from './offline/use-kept-passes'
import Market from './pages/market'
import { SessionProvider, UserScope, useSession } from './session/context'
import { I18nProvider, useTexts } from './texts/context'
import { Announcer } from './ui/announcer'
import { ErrorBoundary } from './ui/error-boundary'
import { Page } from './ui/page'
import { Shell } from './ui/shell'

/** The other pages are small: they are one chunk, which is loaded after the first page. The door has one of its own. */
const loadPages = () => import('./pages/lazy')
const lazyPage = (name: keyof Awaited<ReturnType<typeof loadPages>>) =>
  lazy(() => loadChunk(loadPages).then((pages) => ({ default: pages[name] })))

/** The pages by their paths. The first path that matches is shown. */
const ROUTES: [path: string, page: ComponentType][] = [
  ['/', Market],
  ['/tickets/new', lazyPage('Sell')],
  ['/tickets/:id', lazyPage('Ticket')],
  ['/tickets/:id/edit', lazyPage('Edit')],
  ['/orders', lazyPage('Orders')],
  ['/orders/:id', lazyPage('Order')],
  ['/listings', lazyPage('Listings')],
  ['/passes', lazyPage('Passes')],
  ['/passes/:id', lazyPage('Pass')],
  ['/claim', lazyPage('Claim')],
  ['/check-in', lazy(() => loadChunk(() => import('./pages/check-in')))],
  ['/auth/signin', lazyPage('SignIn')],
  ['/auth/signup', lazyPage('SignUp')],
  ['/auth/signout', lazyPage('SignOut')],
  ['*', lazyPage('NotFound')],
]

/** An error response shows that the session was revoked or belongs to another user. */
const refreshSession = (error: unknown) => {
  if (isCode(error, 'not_signed_in', 'other_user')) void client.invalidateQueries({ queryKey: keys.session })
}

const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: refreshSession }),
  mutationCache: new MutationCache({ onError: refreshSession }),
  defaultOptions: {
    queries: {
      staleTime: 5000,
      structuralSharing: (known, next) => keepNewer(client, known, next),
      retry: (failures, error) => failures < 3 && isTransient(error),
      retryDelay: (failures, error) => (error instanceof ApiError ? error.retryAfter : null) ?? Math.min(500 * 2 ** failures, 8000),
    },
  },
})

export function App() {
  return (
    <QueryClientProvider client={client}>
      <I18nProvider>
        <Announcer>
          <SessionProvider>
            <FeedProvider>
              <Shell>
                <UserScope>
                  <Pages />
                </UserScope>
              </Shell>
            </FeedProvider>
          </SessionProvider>
        </Announcer>
      </I18nProvider>
    </QueryClientProvider>
  )
}

function Pages() {
  const texts = useTexts()
  const [path] = useLocation()
  const session = useSession()
  useDoorUploads(session)
  useKeptPasses(session)
  // After the market, the chunk of the other pages is loaded. On any other page it is being loaded already.
  const [isMarketFirst] = useState(path === '/')
  useEffect(() => {
    if (!isMarketFirst) return
    const timer = setTimeout(() => void loadPages().catch(() => undefined), 1500)
    return () => clearTimeout(timer)
  }, [isMarketFirst])
  return (
    <ErrorBoundary resetKey={path}>
      <Suspense fallback={<Page title={texts.common.loading} heading={<span className="skeleton" />} loading />}>
        <Switch>
          {ROUTES.map(([path, page]) => (
            <Route key={path} path={path} component={page} />
          ))}
        </Switch>
      </Suspense>
    </ErrorBoundary>
  )
}
