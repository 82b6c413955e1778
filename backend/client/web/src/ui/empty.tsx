// An empty list: the reason, and an action.
import type { Elements } from './elements'
import { TicketIcon } from './icons'

export function Empty({ title, hint, children }: { title: string; hint: string; children?: Elements }) {
  return (
    <div className="empty">
      <TicketIcon />
      <p className="empty-title">{title}</p>
      <p>{hint}</p>
      {children}
    </div>
  )
}
