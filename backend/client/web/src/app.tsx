// The router of the application and its providers.
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { Suspense, lazy, useEffect } from 'react'
import { Route, Switch, useLocation } from 'wouter'

import { ApiError, isCode, isTransient } from './api/problem'
import { keys } from './live/cache'
import { FeedProvider } from './live/context'
import { loadChunk } from './chunks'
import Market from './pages/market'
import { UserScope, SessionProvider } from './session/context'
import { I18nProvider, useTexts } from './texts/context'
import { Announcer } from './ui/announcer'
import { ErrorBoundary } from './ui/error-boundary'
import { Page } from './ui/page'
import { Shell } from './ui/shell'

/** The other pages are small: they are one chunk, which is loaded after the first page. */
const loadPages = () => import('./pages/lazy')
const lazyPage = (name: keyof Awaited<ReturnType<typeof loadPages>>) =>
  lazy(() => loadChunk(loadPages).then((pages) => ({ default: pages[name] })))
const Ticket = lazyPage('Ticket')
const Sell = lazyPage('Sell')
const Edit = lazyPage('Edit')
const Order = lazyPage('Order')
const Orders = lazyPage('Orders')
const Listings = lazyPage('Listings')
const Passes = lazyPage('Passes')
const Pass = lazyPage('Pass')
const Claim = lazyPage('Claim')
const CheckIn = lazyPage('CheckIn')
const SignIn = lazyPage('SignIn')
const SignUp = lazyPage('SignUp')
const SignOut = lazyPage('SignOut')
const NotFound = lazyPage('NotFound')

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
  useEffect(() => {
    const timer = setTimeout(() => void loadPages().catch(() => undefined), 1500)
    return () => clearTimeout(timer)
  }, [])
  return (
    <ErrorBoundary resetKey={path}>
      <Suspense fallback={<Page title={texts.common.loading} heading={<span className="skeleton" />} loading />}>
        <Switch>
          <Route path="/" component={Market} />
          <Route path="/tickets/new" component={Sell} />
          <Route path="/tickets/:id" component={Ticket} />
          <Route path="/tickets/:id/edit" component={Edit} />
          <Route path="/orders" component={Orders} />
          <Route path="/orders/:id" component={Order} />
          <Route path="/listings" component={Listings} />
          <Route path="/passes" component={Passes} />
          <Route path="/passes/:id" component={Pass} />
          <Route path="/claim" component={Claim} />
          <Route path="/check-in" component={CheckIn} />
          <Route path="/auth/signin" component={SignIn} />
          <Route path="/auth/signup" component={SignUp} />
          <Route path="/auth/signout" component={SignOut} />
          <Route component={NotFound} />
        </Switch>
      </Suspense>
    </ErrorBoundary>
  )
}
