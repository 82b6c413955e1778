// The date of an event as a tile: month, day and weekday. The exact time stands beside it as text.
import { useI18n } from '../texts/context'
import { TicketIcon } from './icons'

export function DateTile({ at }: { at: string | null | undefined }) {
  const { format } = useI18n()
  const tile = at ? format.tile(at) : null
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
    </span>
  )
}
