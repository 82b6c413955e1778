// A notice.
import type { ReactElement } from 'react'

import type { Elements } from './elements'

type Tone = 'info' | 'warn' | 'bad' | 'good'

interface NoticeProps {
  tone?: Tone
  title?: string | ReactElement
  text?: string | undefined
  /** Announces the notice at once, for an error that just occurred. */
  alert?: boolean
  children?: Elements
}

export function Notice({ tone = 'info', title, text, alert = false, children }: NoticeProps) {
  return (
    <div className={`notice ${tone}`} role={alert ? 'alert' : undefined}>
      {title && <p className="notice-title">{title}</p>}
      {text && <p>{text}</p>}
      {children}
    </div>
  )
}
