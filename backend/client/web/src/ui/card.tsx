// The card of a ticket in a list: a date tile on a band, what and where, and the price.
import { Link } from 'wouter'

import type { ShownTicket } from '../live/cache'
import { sanitize } from '../texts/sanitize'
import { useI18n } from '../texts/context'
import { DateTile } from './date-tile'
import { EventLine } from './details'
import { hueStyle } from './hue'
import { TicketBadge } from './status'
import { Listed } from './time'
import { TitleText } from './title'

/** The whole card links to the ticket. Its accessible name is the title. Only what is rare has a badge. */
export function TicketCard({ ticket, mine, always = false }: { ticket: ShownTicket; mine: boolean; always?: boolean }) {
  const { texts, format } = useI18n()
  const gone = ticket.withdrawn === true || ticket.status === 'sold'
  const rare = gone || ticket.status !== 'available'
  return (
    <article className={`card hued${gone ? ' gone' : ''}`} style={hueStyle(ticket.title)}>
      <div className="card-band">
        <DateTile at={ticket.startsAt} />
      </div>
      <div className="card-body">
        <h3>
          <Link to={`/tickets/${encodeURIComponent(ticket.id)}`}>
            <TitleText title={ticket.title} />
          </Link>
        </h3>
        <EventLine details={ticket} />
        {ticket.seat && (
          <p className="meta seat" dir="auto">
            {sanitize(ticket.seat)}
          </p>
        )}
        {!ticket.startsAt && !ticket.venue && ticket.createdAt && (
          <p className="meta">
            <Listed at={ticket.createdAt} />
          </p>
        )}
        <div className="card-foot">
          <span className="price">{format.money(ticket.price)}</span>
          {rare || always ? <TicketBadge ticket={ticket} /> : mine && <span className="badge yours">{texts.status.yours}</span>}
        </div>
      </div>
    </article>
  )
}

/** The placeholder while a card loads. */
export const CardSkeleton = () => (
  <div className="card skeleton-card" aria-hidden="true">
    <div className="card-band" />
    <div className="card-body">
      <span className="skeleton" />
      <span className="skeleton half" />
      <div className="card-foot">
        <span className="skeleton short" />
      </div>
    </div>
  </div>
)

/** The placeholder of a whole list. */
export const GridSkeleton = ({ cards = 6 }: { cards?: number }) => (
  <ul className="grid" aria-hidden="true">
    {Array.from({ length: cards }, (_, index) => (
      <li key={index}>
        <CardSkeleton />
      </li>
    ))}
  </ul>
)
