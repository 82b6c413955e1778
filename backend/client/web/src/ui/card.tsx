// The card of a ticket in a list: a date tile on a band, what and where, and the price.
import { Link } from 'wouter'

import type { ShownTicket } from '../live/cache'
import type { Details } from '../market/details'
import { saleStatus } from '../market/sales'
import { useI18n } from '../texts/context'
import { DateTile } from './date-tile'
import { EventLine, SeatLine } from './details'
import type { Elements } from './elements'
import { hueStyle } from './hue'
import { TicketBadge } from './status'
import { Listed } from './time'
import { TitleText } from './title'
import { useLastPast } from './use-now'

interface CardProps {
  to: string
  title: string
  details: Details
  gone: boolean
  /** The last line. */
  foot: Elements
  children?: Elements
}

/** The whole card is a link. Its accessible name is the title. */
export function Card({ to, title, details, gone, foot, children }: CardProps) {
  return (
    <article className={gone ? 'card hued gone' : 'card hued'} style={hueStyle(title)}>
      <div className="card-band">
        <DateTile at={details.startsAt} />
      </div>
      <div className="card-body">
        <h3>
          <Link to={to}>
            <TitleText title={title} />
          </Link>
        </h3>
        <EventLine details={details} />
        {children}
        <div className="card-foot">{foot}</div>
      </div>
    </article>
  )
}

/** The card of a listing. Only what is rare has a badge. */
export function TicketCard({ ticket, mine }: { ticket: ShownTicket; mine: boolean }) {
  const { texts, format } = useI18n()
  const status = saleStatus(ticket, useLastPast([ticket.startsAt]))
  const gone = status !== 'available' && status !== 'reserved'
  const foot = (
    <>
      <span className="price">{format.money(ticket.price)}</span>
      {status !== 'available' ? <TicketBadge ticket={ticket} /> : mine && <span className="badge yours">{texts.status.yours}</span>}
    </>
  )
  return (
    <Card to={`/tickets/${encodeURIComponent(ticket.id)}`} title={ticket.title} details={ticket} gone={gone} foot={foot}>
      <SeatLine details={ticket} />
      {!ticket.startsAt && !ticket.venue && Boolean(ticket.createdAt) && (
        <p className="meta">
          <Listed at={ticket.createdAt ?? ''} />
        </p>
      )}
    </Card>
  )
}

/** The placeholder while a card loads. */
const CardSkeleton = () => (
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
