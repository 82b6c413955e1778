// The listings of the user: totals, and a tab for each status.
import { Link, useSearch } from 'wouter'

import { listTickets } from '../api/tickets'
import type { User } from '../api/types'
import { type ShownTicket, keys } from '../live/cache'
import { OwnAdmissionConflicts } from '../passes/admissions-view'
import { SignedIn } from '../session/guard'
import { type Tab, TABS, TOTALS, inTab, totalsOf } from '../market/totals'
import { useI18n, useTexts } from '../texts/context'
import { MorePages, useAllPages } from '../ui/all-pages'
import { ButtonLink } from '../ui/button'
import { GridSkeleton, TicketCard } from '../ui/card'
import { Empty } from '../ui/empty'
import { Page } from '../ui/page'
import { ListState } from '../ui/resource'
import { useLastPast } from '../ui/use-now'

const QUERY = new URLSearchParams({ seller: 'me', status: 'all', sort: 'newest', past: 'true', limit: '200' })

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
  const list = useAllPages(keys.listings(user.id), (cursor, signal) => listTickets(user.id, QUERY, cursor, signal))
  const tickets: ShownTicket[] = list.items
  const wanted = new URLSearchParams(useSearch()).get('show')
  const tab = TABS.find((one) => one === wanted) ?? 'all'
  const lastPast = useLastPast(tickets.map(({ startsAt }) => startsAt))
  const shown = tickets.filter(inTab(tab, lastPast))
  return (
    <Page title={texts.listings.title} actions={tickets.length > 0 && <ButtonLink to="/check-in">{texts.door.link}</ButtonLink>}>
      <ListState found={list.found} skeleton={<ListingsSkeleton />} />
      {list.found.data && tickets.length === 0 && (
        <Empty title={texts.listings.empty} hint={texts.listings.emptyHint}>
          <ButtonLink to="/tickets/new" variant="primary">
            {texts.listings.sell}
          </ButtonLink>
        </Empty>
      )}
      <OwnAdmissionConflicts user={user} hasSold={tickets.some(({ status }) => status === 'sold')} />
      {tickets.length > 0 && <Totals tickets={tickets} lastPast={lastPast} more={list.more} />}
      {tickets.length > 0 && <Tabs chosen={tab} tickets={tickets} lastPast={lastPast} />}
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
      <MorePages list={list} />
    </Page>
  )
}

interface ShownProps {
  tickets: ShownTicket[]
  /** The events up to this time have started, in milliseconds. */
  lastPast: number
}

/** `more` is whether older listings are not loaded. */
function Totals({ tickets, lastPast, more }: ShownProps & { more: boolean }) {
  const { texts, format } = useI18n()
  const totals = totalsOf(tickets, lastPast)
  return (
    <dl className="totals">
      {TOTALS.filter((status) => status !== 'ended' || totals.ended.count > 0).map((status) => (
        <div key={status} className={totals[status].count > 0 ? status : `${status} none`}>
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

function Tabs({ chosen, tickets, lastPast }: ShownProps & { chosen: Tab }) {
  const texts = useTexts()
  const tabs = TABS.map((tab) => ({ tab, count: tickets.filter(inTab(tab, lastPast)).length }))
  return (
    <nav className="tabs" aria-label={texts.listings.title}>
      <ul>
        {tabs.filter(({ tab, count }) => tab !== 'ended' || count > 0 || tab === chosen).map(({ tab, count }) => (
          <li key={tab}>
            <Link to={tab === 'all' ? '/listings' : `/listings?show=${tab}`} replace aria-current={tab === chosen ? 'page' : undefined}>
              <span>{texts.listings.tabs[tab]}</span>
              <span className="count">{String(count)}</span>
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
      {Array.from({ length: 3 }, (_, index) => (
        <div key={index}>
          <span className="skeleton half" />
          <span className="skeleton short" />
        </div>
      ))}
    </div>
    <div className="tabs-skeleton" aria-hidden="true">
      <span className="skeleton half" />
    </div>
    <GridSkeleton />
  </>
)
