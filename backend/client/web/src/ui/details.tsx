// What a ticket says about its event: as one line of a card, and as a list of a page.
import { type Details, DETAILS } from '../market/details'
import { sanitize } from '../texts/sanitize'
import { useI18n, useTexts } from '../texts/context'

/** The start of an event, on the clock of its place. */
export function EventTime({ at }: { at: string }) {
  const { format } = useI18n()
  return (
    <time dateTime={at} title={format.moment(at)}>
      {format.eventTime(at)}
    </time>
  )
}

/** When and where, on one line. */
export function EventLine({ details }: { details: Details }) {
  const { startsAt, venue } = details
  if (!startsAt && !venue) return null
  return (
    <p className="meta event">
      {startsAt && <EventTime at={startsAt} />}
      {startsAt && venue && <span> · </span>}
      {venue && <span dir="auto">{sanitize(venue)}</span>}
    </p>
  )
}

/** The details as entries of a list of facts. */
export function DetailFacts({ details }: { details: Details }) {
  const texts = useTexts()
  return DETAILS.map((field) => {
    const text = details[field]
    return (
      text && (
        <div key={field}>
          <dt>{texts.details[field]}</dt>
          <dd>{field === 'startsAt' ? <EventTime at={text} /> : <span dir="auto">{sanitize(text)}</span>}</dd>
        </div>
      )
    )
  })
}
