// The listings of the user: totals, and a tab for each status.
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Link, useSearch } from 'wouter'

import { listTickets } from '../api/tickets'
import type { User } from '../api/types'
import { type ShownTicket, keys } from '../live/cache'
import { SignedIn } from '../session/guard'
import { type Tab, TABS, inTab, totalsOf } from '../market/totals'
import { useI18n, useTexts } from '../texts/context'
import { Button, ButtonLink } from '../ui/button'
import { GridSkeleton, TicketCard } from '../ui/card'
import { Empty } from '../ui/empty'
import { Failure } from '../ui/failure'
import { Page } from '../ui/page'

const QUERY = new URLSearchParams({ seller: 'me', status: 'all', sort: 'newest', past: 'true', limit: '200' })
/** The number of pages that load without being asked for, so that the totals are of all listings. */
const MAX_AUTO_PAGES = 10

export default function Listings() {
  const texts = useTexts()
  return (
    <SignedIn title={texts.listings.title} skeleton={<ListingsSkeleton />}>
      {(user) => <OwnListings user={user} />}
    </SignedIn>
  )
}

function OwnListings({ user }: { user: User }) {
  const texts = useTexts()
  const found = useInfiniteQuery({
    queryKey: keys.listings(user.id),
    queryFn: ({ pageParam, signal }) => listTickets(user.id, QUERY, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })
  const { data, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = found
  const pages = data?.pages.length ?? 0
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError && pages < MAX_AUTO_PAGES) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, pages, fetchNextPage])
  const tickets = (data?.pages.flatMap((page) => page.items) ?? []) as ShownTicket[]
  const wanted = new URLSearchParams(useSearch()).get('show')
  const tab = TABS.find((one) => one === wanted) ?? 'all'
  const shown = tickets.filter(inTab(tab))
  return (
    <Page title={texts.listings.title}>
      {found.isError && !data && <Failure error={found.error} retry={() => void found.refetch()} />}
      {found.isPending && <ListingsSkeleton />}
      {data && tickets.length === 0 && (
        <Empty title={texts.listings.empty} hint={texts.listings.emptyHint}>
          <ButtonLink to="/tickets/new" variant="primary">
            {texts.listings.sell}
          </ButtonLink>
        </Empty>
      )}
      {tickets.length > 0 && (
        <div className="row">
          <ButtonLink to="/check-in">{texts.door.link}</ButtonLink>
        </div>
      )}
      {tickets.length > 0 && <Totals tickets={tickets} more={hasNextPage} />}
      {tickets.length > 0 && <Tabs chosen={tab} tickets={tickets} />}
      {tickets.length > 0 && (
        <section aria-label={texts.listings.tabs[tab]}>
          <h2 className="hidden">{texts.listings.tabs[tab]}</h2>
          {shown.length === 0 && <p className="meta">{texts.listings.none}</p>}
          <ul className="grid">
            {shown.map((ticket) => (
              <li key={ticket.id}>
                <TicketCard ticket={ticket} mine={false} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {hasNextPage && pages >= MAX_AUTO_PAGES && (
        <div className="more">
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {texts.common.more}
          </Button>
        </div>
      )}
      {isFetchNextPageError && <Failure error={found.error} retry={() => void fetchNextPage()} />}
    </Page>
  )
}

/** `more` is whether older listings are not loaded. */
function Totals({ tickets, more }: { tickets: ShownTicket[]; more: boolean }) {
  const { texts, format } = useI18n()
  const totals = totalsOf(tickets)
  return (
    <dl className="totals">
      {(['available', 'reserved', 'sold'] as const).map((status) => (
        <div key={status} className={status}>
          <dt>{texts.listings.totals[status]}</dt>
          <dd>
            <strong>{format.money(totals[status].amount)}</strong>
            <span className="meta">{texts.market.shown(totals[status].count, more)}</span>
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Tabs({ chosen, tickets }: { chosen: Tab; tickets: ShownTicket[] }) {
  const texts = useTexts()
  return (
    <nav className="tabs" aria-label={texts.listings.title}>
      <ul>
        {TABS.map((tab) => (
          <li key={tab}>
            <Link to={tab === 'all' ? '/listings' : `/listings?show=${tab}`} replace aria-current={tab === chosen ? 'page' : undefined}>
              <span>{texts.listings.tabs[tab]}</span>
              <span className="count">{String(tickets.filter(inTab(tab)).length)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

const ListingsSkeleton = () => (
  <>
    <div className="totals" aria-hidden="true">
      <div>
        <span className="skeleton half" />
      </div>
      <div>
        <span className="skeleton half" />
      </div>
      <div>
        <span className="skeleton half" />
      </div>
    </div>
    <GridSkeleton />
  </>
)
