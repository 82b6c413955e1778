// Something to know before going on.
import type { ReactElement } from 'react'

import type { Elements } from './elements'

export type Tone = 'info' | 'warn' | 'bad' | 'good'

/** `alert` is said at once; use it for what has just gone wrong. */
export function Notice({ tone = 'info', title, alert = false, children }: { tone?: Tone; title?: string | ReactElement; alert?: boolean; children?: Elements }) {
  return (
    <div className={`notice ${tone}`} role={alert ? 'alert' : undefined}>
      {title && <p className="notice-title">{title}</p>}
      {children}
    </div>
  )
}
