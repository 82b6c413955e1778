// The tickets that the user holds.
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from 'wouter'

import { listPasses } from '../api/passes'
import type { Pass, User } from '../api/types'
import { keys } from '../live/cache'
import { PassBadge } from '../passes/status'
import { SignedIn } from '../session/guard'
import { sanitize } from '../texts/sanitize'
import { useTexts } from '../texts/context'
import { Button, ButtonLink } from '../ui/button'
import { GridSkeleton } from '../ui/card'
import { DateTile } from '../ui/date-tile'
import { EventLine } from '../ui/details'
import { Empty } from '../ui/empty'
import { Failure } from '../ui/failure'
import { hueStyle } from '../ui/hue'
import { Page } from '../ui/page'
import { TitleText } from '../ui/title'

export default function Passes() {
  const texts = useTexts()
  return (
    <SignedIn title={texts.passes.title} skeleton={<GridSkeleton />}>
      {(user) => <OwnPasses user={user} />}
    </SignedIn>
  )
}

/** What admits, or will admit again. */
const isCurrent = ({ status }: Pass) => status === 'valid' || status === 'offered'

function OwnPasses({ user }: { user: User }) {
  const texts = useTexts()
  const found = useInfiniteQuery({
    queryKey: keys.passes(user.id),
    queryFn: ({ pageParam, signal }) => listPasses(user.id, {}, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })
  const passes = found.data?.pages.flatMap((page) => page.items) ?? []
  const [current, past] = [passes.filter(isCurrent), passes.filter((pass) => !isCurrent(pass))]
  return (
    <Page title={texts.passes.title}>
      <div className="row">
        <ButtonLink to="/claim">{texts.passes.claim}</ButtonLink>
      </div>
      {found.isError && !found.data && <Failure error={found.error} retry={() => void found.refetch()} />}
      {found.isPending && <GridSkeleton />}
      {found.data && passes.length === 0 && (
        <Empty title={texts.passes.empty} hint={texts.passes.emptyHint}>
          <ButtonLink to="/" variant="primary">
            {texts.common.toMarket}
          </ButtonLink>
        </Empty>
      )}
      {current.length > 0 && <PassGrid title={texts.passes.current} passes={current} />}
      {past.length > 0 && <PassGrid title={texts.passes.past} passes={past} />}
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

function PassGrid({ title, passes }: { title: string; passes: Pass[] }) {
  return (
    <section aria-label={title} className="group">
      <h2>{title}</h2>
      <ul className="grid">
        {passes.map((pass) => (
          <li key={pass.id}>
            <PassCard pass={pass} />
          </li>
        ))}
      </ul>
    </section>
  )
}

/** As the card of a ticket, without a price: what matters is the place. */
function PassCard({ pass }: { pass: Pass }) {
  return (
    <article className={`card hued${isCurrent(pass) ? '' : ' gone'}`} style={hueStyle(pass.title)}>
      <div className="card-band">
        <DateTile at={pass.startsAt} />
      </div>
      <div className="card-body">
        <h3>
          <Link to={`/passes/${encodeURIComponent(pass.id)}`}>
            <TitleText title={pass.title} />
          </Link>
        </h3>
        <EventLine details={pass} />
        <div className="card-foot">
          <strong dir="auto">{pass.seat ? sanitize(pass.seat) : ''}</strong>
          {(pass.status !== 'valid' || pass.transferExpiresAt) && <PassBadge pass={pass} />}
        </div>
      </div>
    </article>
  )
}
