// The door list: for each event how many are in, of how many passes.
import type { DoorView } from '../door/use-door'
import { useI18n, useTexts } from '../texts/context'
import { ListState } from '../ui/resource'
import { TitleText } from '../ui/title'
import { type EventCount, countEvents } from './counts'

export function DoorList({ view: { found, passes } }: { view: DoorView }) {
  const texts = useTexts()
  const events = countEvents(passes)
  return (
    <section className="door-list" aria-labelledby="door-list">
      <h2 id="door-list">{texts.door.list}</h2>
      <ListState found={found} skeleton={<span className="skeleton" />} />
      {found.data && events.length === 0 && <p className="meta">{texts.door.noEvents}</p>}
      <ul>
        {events.map((event) => (
          <DoorCount key={event.key} event={event} />
        ))}
      </ul>
    </section>
  )
}

function DoorCount({ event: { title, startsAt, admitted, issued } }: { event: EventCount }) {
  const { texts, format } = useI18n()
  return (
    <li>
      <p>
        <TitleText title={title} />
      </p>
      {startsAt && (
        <p className="meta">
          <time dateTime={startsAt}>{format.eventTime(startsAt)}</time>
        </p>
      )}
      <p className="meta">{texts.door.count(admitted, issued)}</p>
      <div className="bar" aria-hidden="true">
        <div style={{ transform: `scaleX(${issued ? admitted / issued : 0})` }} />
      </div>
    </li>
  )
}
