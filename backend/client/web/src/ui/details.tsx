// What a ticket says about its event.
import type { Details } from '../market/details'
import { sanitizeLines } from '../texts/sanitize'
import { useI18n } from '../texts/context'
import { UserText } from './title'

/** The start of an event, on the clock of its place. */
export function EventTime({ at }: { at: string }) {
  const { format } = useI18n()
  return (
    <time dateTime={at} title={format.moment(at)}>
      {format.eventTime(at)}
    </time>
  )
}

/** The clock time and the place, on one line. The date is in the tile beside it. */
export function EventLine({ details }: { details: Details }) {
  const { format } = useI18n()
  const { startsAt, venue } = details
  if (!startsAt && !venue) return null
  return (
    <p className="meta event">
      {startsAt && (
        <time dateTime={startsAt} title={format.eventTime(startsAt)}>
          {format.eventClock(startsAt)}
        </time>
      )}
      {startsAt && venue && <span className="separator"> · </span>}
      {venue && <UserText text={venue} />}
    </p>
  )
}

export function SeatLine({ details: { seat } }: { details: Details }) {
  if (!seat) return null
  return (
    <p className="meta seat">
      <UserText text={seat} />
    </p>
  )
}

/** Longer titles are cut above a code, in characters. */
const MAX_HEADING = 60

/** The whole title, where it is cut above the code of a ticket. */
export function WholeTitle({ title }: { title: string }) {
  if (title.length <= MAX_HEADING) return null
  return (
    <p className="whole-title">
      <UserText text={title} />
    </p>
  )
}

/** The description of a ticket. */
export function Description({ details }: { details: Details }) {
  if (!details.description) return null
  return (
    <p className="description" dir="auto">
      {sanitizeLines(details.description)}
    </p>
  )
}
