// The market: what can be bought now, searched, filtered and sorted, and kept up to date by the feed.
import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useSearch } from 'wouter'

import { isStatus } from '../api/problem'
import { type Page as TicketPage, listTickets } from '../api/tickets'
import type { Ticket } from '../api/types'
import { keys } from '../live/cache'
import { useChanges, useFeedState, useOnline } from '../live/context'
import type { Change } from '../live/feed'
import { fits, readFilters, toQuery } from '../market/filters'
import { FilterForm } from '../market/form'
import { useSession } from '../session/context'
import { useTexts } from '../texts/context'
import { Button, ButtonLink } from '../ui/button'
import { CardSkeleton, TicketCard } from '../ui/card'
import { Empty } from '../ui/empty'
import { Failure } from '../ui/failure'
import { Page } from '../ui/page'

const PAGE = 24
/** So many pages come by themselves as one reads on; then the end of the page can be reached. */
const BY_ITSELF = 4

export default function Market() {
  const texts = useTexts()
  const session = useSession()
  const search = useSearch()
  const filters = readFilters(search)
  const query = toQuery(filters)
  query.set('limit', String(PAGE))
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
          <Arrivals key={query.toString()} filters={filters} known={tickets} />
          <LiveMark />
        </div>
        {found.isError && !invalid && <Failure error={found.error} retry={() => void found.refetch()} />}
        {found.data && !invalid && tickets.length === 0 && !found.isFetching && (
          <Empty
            title={filtered ? texts.market.emptyFiltered : texts.market.empty}
            hint={filtered ? texts.market.emptyFilteredHint : texts.market.emptyHint}
          >
            {!filtered && <ButtonLink to="/tickets/new">{texts.market.sellFirst}</ButtonLink>}
          </Empty>
        )}
        <ul className={found.isPlaceholderData ? 'grid stale' : 'grid'}>
          {!invalid &&
            tickets.map((ticket) => (
              <li key={ticket.id}>
                <TicketCard ticket={ticket} mine={ticket.userId === session.user?.id} />
              </li>
            ))}
          {found.isPending && Array.from({ length: 8 }, (_, index) => <li key={index}><CardSkeleton /></li>)}
        </ul>
        {more && !invalid && (
          <More pages={found.data?.pages.length ?? 0} busy={found.isFetchingNextPage} load={() => void found.fetchNextPage()} />
        )}
        {!more && tickets.length > PAGE && <p className="end">{texts.market.end}</p>}
      </section>
    </Page>
  )
}

/** The way to the next page; the first ones come when their place comes near. */
function More({ pages, busy, load }: { pages: number; busy: boolean; load: () => void }) {
  const texts = useTexts()
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = place.current
    if (!element || busy || pages > BY_ITSELF) return
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
    <div ref={place} className="more">
      <Button busy={busy} onClick={load}>
        {busy ? texts.common.loadingMore : texts.common.more}
      </Button>
    </div>
  )
}

/** What has come onto the market since the list was read. It waits to be asked for, so that nothing moves by itself. */
function Arrivals({ filters, known }: { filters: ReturnType<typeof readFilters>; known: Ticket[] }) {
  const texts = useTexts()
  const client = useQueryClient()
  const [arrived, setArrived] = useState<ReadonlySet<string>>(new Set())
  const watcher = useCallback(
    ({ kind, ticket }: Change) => {
      const here = kind !== 'ticket:deleted' && ticket.status === 'available' && fits(ticket, filters)
      setArrived((before) => {
        if (before.has(ticket.id) === here) return before
        const after = new Set(before)
        if (here) after.add(ticket.id)
        else after.delete(ticket.id)
        return after
      })
    },
    // eslint-disable-next-line react-hooks/exhaustive-deps -- other filters are another component, by its key
    [],
  )
  useChanges(watcher)
  const count = [...arrived].filter((id) => !known.some((ticket) => ticket.id === id)).length
  return (
    <p className="arrivals" role="status">
      {count > 0 && (
        <Button
          look="quiet"
          onClick={() => {
            setArrived(new Set())
            const queryKey = [...keys.tickets, 'market']
            // What was read further down is read anew as one gets there.
            client.setQueriesData<InfiniteData<TicketPage<Ticket>>>({ queryKey }, (data) => data && firstOf(data))
            void client.invalidateQueries({ queryKey })
          }}
        >
          {`${texts.market.arrived(count)} · ${texts.market.show}`}
        </Button>
      )}
    </p>
  )
}

const firstOf = <T, P>({ pages, pageParams }: InfiniteData<T, P>): InfiniteData<T, P> => ({
  pages: pages.slice(0, 1),
  pageParams: pageParams.slice(0, 1),
})

function LiveMark() {
  const texts = useTexts()
  const state = useFeedState()
  const online = useOnline()
  const lost = !online || state === 'waiting'
  // While it connects for the first time there is nothing to say; its place is kept.
  const mark = lost ? 'live' : state === 'live' ? 'live on' : 'live unknown'
  return (
    <p className={mark}>
      <span className="dot" aria-hidden="true" />
      <span>{lost ? texts.connection.notLive : texts.connection.live}</span>
    </p>
  )
}
