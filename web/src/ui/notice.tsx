// Something to know before going on.
import type { ReactNode } from 'react'

export type Tone = 'info' | 'warn' | 'bad' | 'good'

/** `alert` is said at once; use it for what has just gone wrong. */
export function Notice({ tone = 'info', title, alert = false, children }: { tone?: Tone; title?: ReactNode; alert?: boolean; children?: ReactNode }) {
  return (
    <div className={`notice ${tone}`} role={alert ? 'alert' : undefined}>
      {title && <p className="notice-title">{title}</p>}
      {children}
    </div>
  )
}
