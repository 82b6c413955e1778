// The pages, and what all of them stand on.
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { Suspense, lazy, useEffect } from 'react'
import { Route, Switch, useLocation } from 'wouter'

import { ApiError, isCode, isTransient } from './api/problem'
import { keys } from './live/cache'
import { FeedProvider } from './live/context'
import { loaded } from './chunks'
import Market from './pages/market'
import { ForOneUser, SessionProvider } from './session/context'
import { SpeechProvider, useTexts } from './texts/context'
import { Announcer } from './ui/announcer'
import { Boundary } from './ui/boundary'
import { Page } from './ui/page'
import { Shell } from './ui/shell'

/** All other pages are small: they come together, once the first one has been shown. */
const others = () => import('./pages/others')
const page = (name: keyof Awaited<ReturnType<typeof others>>) =>
  lazy(() => loaded(others).then((pages) => ({ default: pages[name] })))
const Ticket = page('Ticket')
const Sell = page('Sell')
const Edit = page('Edit')
const Order = page('Order')
const Orders = page('Orders')
const Listings = page('Listings')
const SignIn = page('SignIn')
const SignUp = page('SignUp')
const SignOut = page('SignOut')
const Missing = page('Missing')

/** A session that has ended, or is another user's, is noticed by the first answer that says so. */
const notice = (error: unknown) => {
  if (isCode(error, 'not_signed_in', 'other_user')) void client.invalidateQueries({ queryKey: keys.session })
}

const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: notice }),
  mutationCache: new MutationCache({ onError: notice }),
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
      <SpeechProvider>
        <Announcer>
          <SessionProvider>
            <FeedProvider>
              <Shell>
                <ForOneUser>
                  <Pages />
                </ForOneUser>
              </Shell>
            </FeedProvider>
          </SessionProvider>
        </Announcer>
      </SpeechProvider>
    </QueryClientProvider>
  )
}

function Pages() {
  const texts = useTexts()
  const [path] = useLocation()
  useEffect(() => {
    const timer = setTimeout(() => void others().catch(() => undefined), 1500)
    return () => clearTimeout(timer)
  }, [])
  return (
    <Boundary place={path}>
      <Suspense fallback={<Page title={texts.common.loading} heading={<span className="skeleton" />} loading />}>
        <Switch>
          <Route path="/" component={Market} />
          <Route path="/tickets/new" component={Sell} />
          <Route path="/tickets/:id" component={Ticket} />
          <Route path="/tickets/:id/edit" component={Edit} />
          <Route path="/orders" component={Orders} />
          <Route path="/orders/:id" component={Order} />
          <Route path="/listings" component={Listings} />
          <Route path="/auth/signin" component={SignIn} />
          <Route path="/auth/signup" component={SignUp} />
          <Route path="/auth/signout" component={SignOut} />
          <Route component={Missing} />
        </Switch>
      </Suspense>
    </Boundary>
  )
}
