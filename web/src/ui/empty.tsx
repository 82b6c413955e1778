// Where there is nothing: why, and what to do about it.
import type { ReactNode } from 'react'

import { TicketIcon } from './icons'

export function Empty({ title, hint, children }: { title: string; hint: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <TicketIcon />
      <p className="empty-title">{title}</p>
      <p>{hint}</p>
      {children}
    </div>
  )
}
