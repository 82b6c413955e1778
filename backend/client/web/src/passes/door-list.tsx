// How many are in, of how many passes: for each event of the user.
import { useQuery } from '@tanstack/react-query'

import { listPasses } from '../api/passes'
import type { Pass, User } from '../api/types'
import { keys } from '../live/cache'
import { useTexts } from '../texts/context'
import { ListState } from '../ui/resource'
import { TitleText } from '../ui/title'
import { type EventCount, countEvents } from './counts'

/** Other doors admit as well: the list is requested again after this time, in milliseconds. */
const REFRESH = 15_000

async function doorList(userId: string, signal: AbortSignal): Promise<Pass[]> {
  const passes: Pass[] = []
  let cursor: string | null = null
  do {
    const page: { items: Pass[]; next: string | null } = await listPasses(userId, { issued: true }, cursor, signal)
    passes.push(...page.items)
    cursor = page.next
  } while (cursor)
  return passes
}

export function DoorList({ user }: { user: User }) {
  const texts = useTexts()
  const found = useQuery({
    queryKey: keys.door(user.id),
    queryFn: ({ signal }) => doorList(user.id, signal),
    refetchInterval: REFRESH,
  })
  const events = countEvents(found.data ?? [])
  return (
    <section aria-labelledby="door-list">
      <h2 id="door-list">{texts.door.list}</h2>
      <ListState found={found} skeleton={<span className="skeleton" />} />
      {found.data && events.length === 0 && <p className="meta">{texts.door.noEvents}</p>}
      <ul className="door-list">
        {events.map((event) => (
          <DoorCount key={event.key} event={event} />
        ))}
      </ul>
    </section>
  )
}

function DoorCount({ event: { title, admitted, issued } }: { event: EventCount }) {
  const texts = useTexts()
  return (
    <li>
      <p>
        <TitleText title={title} />
      </p>
      <p className="meta">{texts.door.count(admitted, issued)}</p>
      <div className="bar" aria-hidden="true">
        <div style={{ transform: `scaleX(${issued ? admitted / issued : 0})` }} />
      </div>
    </li>
  )
}
