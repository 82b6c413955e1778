// A ticket as it is drawn on its page, at the checkout and as a pass: a band with the title, a body, a perforation and a stub.
import type { ReactNode } from 'react'

import type { Details } from '../market/details'
import { useTexts } from '../texts/context'
import { DateTile } from './date-tile'
import { EventTime } from './details'
import type { Elements } from './elements'
import { hueStyle } from './hue'
import { PageHeading } from './page'
import { TitleText, UserText } from './title'

/** `tearing` and `torn` are the two states of a ticket that is paid: the stub leans, then it is off. */
export type Tear = 'whole' | 'tearing' | 'torn'

interface StubProps {
  title: string
  details: Details
  muted?: boolean
  tear?: Tear
  /** The code of a pass: the stub is then as large as a scanner needs. */
  code?: Elements
  /** The right end of the stub. */
  foot: ReactNode
  children?: Elements
}

/** The title is the heading of the page. */
export function Stub({ title, details, muted = false, tear = 'whole', code, foot, children }: StubProps) {
  const texts = useTexts()
  const { startsAt, venue, seat } = details
  return (
    <div className={`ticket hued ${tear}${muted ? ' muted' : ''}`} style={hueStyle(title)}>
      <div className="ticket-main">
        <div className="ticket-band">
          <DateTile at={startsAt} />
          <div className="ticket-title">
            <PageHeading>
              <TitleText title={title} />
            </PageHeading>
            {startsAt && (
              <p>
                <EventTime at={startsAt} />
              </p>
            )}
            {venue && (
              <p>
                <UserText text={venue} />
              </p>
            )}
          </div>
        </div>
        <div className="ticket-body">{children}</div>
      </div>
      <div className={code ? 'ticket-stub hero' : 'ticket-stub'}>
        {code}
        <p className="ticket-seat">
          <span className="label">{seat ? texts.details.seat : texts.ticket.admit}</span>
          <strong>{seat ? <UserText text={seat} /> : texts.ticket.admitOne}</strong>
        </p>
        <div className="ticket-foot">{foot}</div>
      </div>
    </div>
  )
}

/** The placeholder while a ticket loads. Its heading belongs to the page. */
const StubSkeleton = () => (
  <div className="ticket skeleton-ticket" aria-hidden="true">
    <div className="ticket-main">
      <div className="ticket-band" />
      <div className="ticket-body">
        <span className="skeleton" />
        <span className="skeleton half" />
      </div>
    </div>
    <div className="ticket-stub">
      <span className="skeleton short" />
    </div>
  </div>
)

/** The placeholder of a ticket with the panel beside it. */
export const SplitSkeleton = () => (
  <div className="split">
    <StubSkeleton />
    <div className="buy-panel" aria-hidden="true">
      <span className="skeleton short" />
      <span className="skeleton" />
    </div>
  </div>
)
