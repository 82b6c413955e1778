// A notice.
import type { ReactElement } from 'react'

import type { Elements } from './elements'

type Tone = 'info' | 'warn' | 'bad' | 'good'

/** `alert` announces the notice at once, for an error that just occurred. */
export function Notice({ tone = 'info', title, alert = false, children }: { tone?: Tone; title?: string | ReactElement; alert?: boolean; children?: Elements }) {
  return (
    <div className={`notice ${tone}`} role={alert ? 'alert' : undefined}>
      {title && <p className="notice-title">{title}</p>}
      {children}
    </div>
  )
}
