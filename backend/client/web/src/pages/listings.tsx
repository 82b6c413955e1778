// The listings of the user, in every status.
import { useInfiniteQuery } from '@tanstack/react-query'

import { listTickets } from '../api/tickets'
import type { User } from '../api/types'
import { keys } from '../live/cache'
import { SignedIn } from '../session/guard'
import { useTexts } from '../texts/context'
import { Button, ButtonLink } from '../ui/button'
import { CardSkeleton, TicketCard } from '../ui/card'
import { Empty } from '../ui/empty'
import { Failure } from '../ui/failure'
import { Page } from '../ui/page'

const QUERY = new URLSearchParams({ seller: 'me', status: 'all', sort: 'newest', past: 'true', limit: '48' })

export default function Listings() {
  const texts = useTexts()
  return <SignedIn title={texts.listings.title} skeleton={<ul className="grid"><Skeletons /></ul>}>{(user) => <OwnListings user={user} />}</SignedIn>
}

function OwnListings({ user }: { user: User }) {
  const texts = useTexts()
  const found = useInfiniteQuery({
    queryKey: keys.listings(user.id),
    queryFn: ({ pageParam, signal }) => listTickets(user.id, QUERY, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })
  const tickets = found.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Page title={texts.listings.title}>
      {found.isError && !found.data && <Failure error={found.error} retry={() => void found.refetch()} />}
      {found.data && tickets.length === 0 && (
        <Empty title={texts.listings.empty} hint={texts.listings.emptyHint}>
          <ButtonLink to="/tickets/new" variant="primary">
            {texts.listings.sell}
          </ButtonLink>
        </Empty>
      )}
      <ul className="grid">
        {tickets.map((ticket) => (
          <li key={ticket.id}>
            <TicketCard ticket={ticket} mine always />
          </li>
        ))}
        {found.isPending && <Skeletons />}
      </ul>
      {found.hasNextPage && (
        <div className="more">
          <Button busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
            {texts.common.more}
          </Button>
        </div>
      )}
    </Page>
  )
}

const Skeletons = () => Array.from({ length: 4 }, (_, index) => <li key={index}><CardSkeleton /></li>)
