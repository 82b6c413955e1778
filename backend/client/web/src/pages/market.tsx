// The market: available tickets with search, filters and sorting, updated by the feed.
import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useSearch } from 'wouter'

import type { Page as TicketPage } from '../api/http'
import { isStatus } from '../api/problem'
import { listTickets } from '../api/tickets'
import type { Ticket } from '../api/types'
import { type ShownTicket, keys } from '../live/cache'
import { useChanges, useFeedState, useOnline } from '../live/context'
import { matchesFilters, readFilters, toQuery } from '../market/filters'
import { FilterForm } from '../market/form'
import { type Period, dayOf, groupByPeriod } from '../market/groups'
import { useSession } from '../session/context'
import { useI18n, useTexts } from '../texts/context'
import { errorTexts } from '../texts/errors'
import { Button, ButtonLink } from '../ui/button'
import { GridSkeleton, TicketCard } from '../ui/card'
import { Empty } from '../ui/empty'
import { Failure } from '../ui/failure'
import { Notice } from '../ui/notice'
import { Page } from '../ui/page'
import { useNow } from '../ui/use-now'

const PAGE_SIZE = 24
/** The number of pages that load automatically while scrolling. Then the end of the page can be reached. */
const MAX_AUTO_PAGES = 4

export default function Market() {
  const texts = useTexts()
  const session = useSession()
  const search = useSearch()
  const filters = readFilters(search)
  const query = toQuery(filters)
  query.set('limit', String(PAGE_SIZE))
  const found = useInfiniteQuery({
    queryKey: keys.market(query.toString()),
    queryFn: ({ pageParam, signal }) => listTickets(null, query, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  })
  const tickets = found.data?.pages.flatMap((page) => page.items) ?? []
  const filtered = toQuery(filters).size > 1
  const more = found.hasNextPage
  const invalid = isStatus(found.error, 400)
  return (
    <Page title={texts.market.title} lead={texts.market.lead}>
      <FilterForm filters={filters} error={invalid ? found.error : null} />
      <section aria-label={texts.market.list} aria-busy={found.isPlaceholderData || found.isPending}>
        <div className="toolbar">
          <p role="status">{found.data && !found.isPlaceholderData && !invalid && texts.market.shown(tickets.length, more)}</p>
          <NewTickets key={query.toString()} filters={filters} known={tickets} />
          <LiveIndicator />
        </div>
        {found.isError && !invalid && <Failure error={found.error} retry={() => void found.refetch()} />}
        {invalid && (
          <Notice tone="bad" alert>
            <ul>
              {errorTexts(texts, found.error).map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
            <ButtonLink to="/">{texts.market.clear}</ButtonLink>
          </Notice>
        )}
        {found.data && !invalid && tickets.length === 0 && !found.isFetching && (
          <Empty
            title={filtered ? texts.market.emptyFiltered : texts.market.empty}
            hint={filtered ? texts.market.emptyFilteredHint : texts.market.emptyHint}
          >
            {filtered ? <ButtonLink to="/">{texts.market.clear}</ButtonLink> : <ButtonLink to="/tickets/new">{texts.market.sellFirst}</ButtonLink>}
          </Empty>
        )}
        {!invalid && tickets.length > 0 && (
          <div className={`groups${filters.sort === 'starts' ? ' dated' : ''}${found.isPlaceholderData ? ' stale' : ''}`}>
            <Groups tickets={tickets} dated={filters.sort === 'starts'} userId={session.user?.id} />
          </div>
        )}
        {found.isPending && <MarketSkeleton dated={filters.sort === 'starts'} />}
        {more && !invalid && (
          <LoadMore pages={found.data?.pages.length ?? 0} busy={found.isFetchingNextPage} load={() => void found.fetchNextPage()} />
        )}
        {!more && tickets.length > PAGE_SIZE && <p className="end">{texts.market.end}</p>}
      </section>
    </Page>
  )
}

/** Small groups stand side by side where there is room. */
const SIZES: Record<number, string> = { 1: 'one', 2: 'two' }

/** The cards; in a list by date with a heading for each period. */
function Groups({ tickets, dated, userId }: { tickets: ShownTicket[]; dated: boolean; userId: string | undefined }) {
  const texts = useTexts()
  const now = useNow(60_000)
  const cards = (some: ShownTicket[]) => (
    <ul className="grid">
      {some.map((ticket) => (
        <li key={ticket.id}>
          <TicketCard ticket={ticket} mine={ticket.userId === userId} />
        </li>
      ))}
    </ul>
  )
  if (!dated) {
    return (
      <>
        <h2 className="hidden">{texts.market.list}</h2>
        {cards(tickets)}
      </>
    )
  }
  return groupByPeriod(tickets, dayOf(new Date(now))).map(([period, some]) => (
    <div key={period} className={`group ${SIZES[some.length] ?? 'many'}`}>
      <PeriodHeading period={period} now={now} />
      {cards(some)}
    </div>
  ))
}

function PeriodHeading({ period, now }: { period: Period; now: number }) {
  const { texts, format } = useI18n()
  const named = texts.market.periods
  return <h2>{period in named ? named[period as keyof typeof named] : format.month(period, dayOf(new Date(now)))}</h2>
}

const MarketSkeleton = ({ dated }: { dated: boolean }) => (
  <div className="groups" aria-hidden="true">
    {dated && <div className="skeleton-heading skeleton short" />}
    <GridSkeleton cards={9} />
  </div>
)

/** Loads the next page: by a button, and the first pages when the button comes near. */
function LoadMore({ pages, busy, load }: { pages: number; busy: boolean; load: () => void }) {
  const texts = useTexts()
  const container = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = container.current
    if (!element || busy || pages > MAX_AUTO_PAGES) return
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) load()
      },
      { rootMargin: '400px' },
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [busy, pages, load])
  return (
    <div ref={container} className="more">
      <Button busy={busy} onClick={load}>
        {busy ? texts.common.loadingMore : texts.common.more}
      </Button>
    </div>
  )
}

/** Counts the tickets listed since the list was loaded. They are shown on request, so that the list does not move by itself. */
function NewTickets({ filters, known }: { filters: ReturnType<typeof readFilters>; known: Ticket[] }) {
  const texts = useTexts()
  const client = useQueryClient()
  const [added, setAdded] = useState<ReadonlySet<string>>(new Set())
  useChanges(({ kind, ticket }) => {
    const isListed = kind !== 'ticket:deleted' && ticket.status === 'available' && matchesFilters(ticket, filters)
    setAdded((previous) => {
      if (previous.has(ticket.id) === isListed) return previous
      const next = new Set(previous)
      if (isListed) next.add(ticket.id)
      else next.delete(ticket.id)
      return next
    })
  })
  const count = [...added].filter((id) => !known.some((ticket) => ticket.id === id)).length
  return (
    <p className="new-tickets" role="status">
      {count > 0 && (
        <Button
          variant="quiet"
          onClick={() => {
            setAdded(new Set())
            const queryKey = [...keys.tickets, 'market']
            // Further pages are loaded again while scrolling.
            client.setQueriesData<InfiniteData<TicketPage<Ticket>>>({ queryKey }, (data) => data && firstPage(data))
            void client.invalidateQueries({ queryKey })
          }}
        >
          {`${texts.market.arrived(count)} · ${texts.market.show}`}
        </Button>
      )}
    </p>
  )
}

const firstPage = <T, P>({ pages, pageParams }: InfiniteData<T, P>): InfiniteData<T, P> => ({
  pages: pages.slice(0, 1),
  pageParams: pageParams.slice(0, 1),
})

function LiveIndicator() {
  const texts = useTexts()
  const state = useFeedState()
  const online = useOnline()
  const lost = !online || state === 'waiting'
  // The indicator is invisible during the first connection; its space is reserved.
  const mark = lost ? 'live' : state === 'live' ? 'live on' : 'live unknown'
  return (
    <p className={mark}>
      <span className="dot" aria-hidden="true" />
      <span>{lost ? texts.connection.notLive : texts.connection.live}</span>
    </p>
  )
}
