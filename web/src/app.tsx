// The pages, and what all of them stand on.
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { Suspense, lazy, useEffect } from 'react'
import { Route, Switch, useLocation } from 'wouter'

import { ApiError, isCode, isStatus } from './api/problem'
import { keys } from './live/cache'
import { FeedProvider } from './live/context'
import Market from './pages/market'
import { SpeechProvider, useTexts } from './texts/context'
import { Announcer } from './ui/announcer'
import { Boundary } from './ui/boundary'
import { Shell } from './ui/shell'

/** All other pages are small: they come together, once the first one has been shown. */
const others = () => import('./pages/others')
const Ticket = lazy(() => others().then((pages) => ({ default: pages.Ticket })))
const Sell = lazy(() => others().then((pages) => ({ default: pages.Sell })))
const Edit = lazy(() => others().then((pages) => ({ default: pages.Edit })))
const Order = lazy(() => others().then((pages) => ({ default: pages.Order })))
const Orders = lazy(() => others().then((pages) => ({ default: pages.Orders })))
const Listings = lazy(() => others().then((pages) => ({ default: pages.Listings })))
const SignIn = lazy(() => others().then((pages) => ({ default: pages.SignIn })))
const SignUp = lazy(() => others().then((pages) => ({ default: pages.SignUp })))
const SignOut = lazy(() => others().then((pages) => ({ default: pages.SignOut })))
const Missing = lazy(() => others().then((pages) => ({ default: pages.Missing })))

/** A session that has ended elsewhere is noticed where it is first missed. */
const notice = (error: unknown) => {
  if (isCode(error, 'not_signed_in')) void client.invalidateQueries({ queryKey: keys.session })
}

const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: notice }),
  mutationCache: new MutationCache({ onError: notice }),
  defaultOptions: {
    queries: {
      staleTime: 5000,
      // What the server has decided stays decided; what did not arrive is asked for again.
      retry: (failures, error) => failures < 3 && !(error instanceof ApiError && error.isFinal) && !isStatus(error, 401),
      retryDelay: (failures, error) => (error instanceof ApiError ? error.retryAfter : null) ?? Math.min(500 * 2 ** failures, 8000),
    },
  },
})

export function App() {
  return (
    <QueryClientProvider client={client}>
      <SpeechProvider>
        <Announcer>
          <FeedProvider>
            <Shell>
              <Pages />
            </Shell>
          </FeedProvider>
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
      <Suspense fallback={<p className="hidden">{texts.common.loading}</p>}>
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
