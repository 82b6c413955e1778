// The card of a ticket in a list.
import { Link } from 'wouter'

import type { ShownTicket } from '../live/cache'
import { useI18n } from '../texts/context'
import { EventLine } from './details'
import { TicketBadge } from './status'
import { Stub } from './stub'
import { Ago } from './time'
import { TitleText } from './title'

/** The whole card links to the ticket. Its accessible name is the title. */
export function TicketCard({ ticket, mine, always = false }: { ticket: ShownTicket; mine: boolean; always?: boolean }) {
  const { texts, format } = useI18n()
  const gone = ticket.withdrawn === true || ticket.status !== 'available'
  return (
    <article className="card">
      <Stub
        muted={gone}
        foot={
          <>
            <span className="price">{format.money(ticket.price)}</span>
            {gone || always ? <TicketBadge ticket={ticket} /> : mine && <span className="badge yours">{texts.status.yours}</span>}
          </>
        }
      >
        <h2>
          <Link to={`/tickets/${encodeURIComponent(ticket.id)}`}>
            <TitleText title={ticket.title} />
          </Link>
        </h2>
        <EventLine details={ticket} />
        {ticket.createdAt && (
          <p className="meta">
            <Ago at={ticket.createdAt} />
          </p>
        )}
      </Stub>
    </article>
  )
}

/** The placeholder while a card loads. */
export const CardSkeleton = () => (
  <div className="card skeleton-card" aria-hidden="true">
    <Stub foot={<span className="skeleton short" />}>
      <span className="skeleton" />
      <span className="skeleton half" />
    </Stub>
  </div>
)
