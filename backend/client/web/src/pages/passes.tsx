// The tickets that the user holds.
import { useState } from 'react'

import { skew } from '../api/clock'
import { listPasses } from '../api/passes'
import type { Pass, User } from '../api/types'
import { keys } from '../live/cache'
import { NoConnection } from '../offline/no-connection'
import { keptPasses, userOfPasses } from '../offline/passes'
import { useIsAway } from '../offline/use-away'
import { byStart, isCurrent } from '../passes/order'
import { SignedIn } from '../session/guard'
import { useTexts } from '../texts/context'
import { MorePages, useAllPages } from '../ui/all-pages'
import { ButtonLink } from '../ui/button'
import { Card, GridSkeleton } from '../ui/card'
import { Empty } from '../ui/empty'
import { Page } from '../ui/page'
import { ListState } from '../ui/resource'
import { PassBadge } from '../ui/status'
import { UserText } from '../ui/title'

export default function Passes() {
  const texts = useTexts()
  return (
    <SignedIn title={texts.passes.title} skeleton={<GridSkeleton />} userOfKept={userOfPasses}>
      {(user) => <OwnPasses user={user} />}
    </SignedIn>
  )
}

function OwnPasses({ user }: { user: User }) {
  const texts = useTexts()
  const list = useAllPages(keys.passes(user.id), (cursor, signal) => listPasses(user.id, cursor, signal))
  const [kept] = useState(() => keptPasses(user.id))
  const isAway = useIsAway(list.found, kept.length > 0)
  const isKept = list.found.data === undefined && isAway && kept.length > 0
  const passes = isKept ? kept.map(({ pass }) => pass) : list.items
  const asOf = isKept ? Math.min(...kept.map(({ at }) => at)) : list.found.dataUpdatedAt + skew()
  const [current, past] = [byStart(passes.filter(isCurrent)), passes.filter((pass) => !isCurrent(pass))]
  return (
    <Page title={texts.passes.title} actions={<ButtonLink to="/claim">{texts.passes.claim}</ButtonLink>}>
      {isAway && (isKept || list.found.data) && <NoConnection asOf={asOf} />}
      {!isKept && <ListState found={list.found} skeleton={<GridSkeleton />} />}
      {list.found.data && passes.length === 0 && (
        <Empty title={texts.passes.empty} hint={texts.passes.emptyHint}>
          <ButtonLink to="/" variant="primary">
            {texts.common.toMarket}
          </ButtonLink>
        </Empty>
      )}
      {current.length > 0 && <PassGrid title={texts.passes.current} passes={current} />}
      {past.length > 0 && <PassGrid title={texts.passes.past} passes={past} />}
      <MorePages list={list} />
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

/** A card like that of a listing, without a price, with the venue. */
function PassCard({ pass }: { pass: Pass }) {
  const foot = (
    <>
      <strong>{pass.seat && <UserText text={pass.seat} />}</strong>
      {(pass.status !== 'valid' || pass.transferExpiresAt) && <PassBadge pass={pass} />}
    </>
  )
  return <Card to={`/passes/${encodeURIComponent(pass.id)}`} title={pass.title} details={pass} gone={!isCurrent(pass)} foot={foot} />
}
