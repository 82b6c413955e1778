// The date of an event as a tile: month, day and weekday, and the year unless it is the current one. The exact time is shown beside it as text.
import { dayOf } from '../market/groups'
import { useI18n } from '../texts/context'
import { TicketIcon } from './icons'
import { useNow } from './use-now'

const HOUR = 3_600_000

export function DateTile({ at }: { at: string | null | undefined }) {
  const { format } = useI18n()
  const today = dayOf(new Date(useNow(HOUR)))
  const tile = at ? format.tile(at, today) : null
  if (!tile) {
    return (
      <span className="tile" aria-hidden="true">
        <TicketIcon />
      </span>
    )
  }
  return (
    <span className="tile" aria-hidden="true">
      <span className="tile-month">{tile.month}</span>
      <span className="tile-day">{tile.day}</span>
      <span className="tile-weekday">{tile.weekday}</span>
      {tile.year !== null && <span className="tile-year">{tile.year}</span>}
    </span>
  )
}
