// Announces messages to screen readers, and shows some of them as a toast.
import { createContext, use, useCallback, useEffect, useRef, useState } from 'react'
import { Link } from 'wouter'

import { useTexts } from '../texts/context'
import type { Elements } from './elements'

/** A message, and the path of the page that it is about. */
export interface Toast {
  text: string
  to?: string
}

interface Announcement extends Toast {
  count: number
  shown: boolean
}

interface Announcements {
  /** Announces a text to screen readers only. */
  announce: (text: string) => void
  /** Announces a message and shows it as a toast. */
  showToast: (message: string | Toast) => void
}

const AnnouncerContext = createContext<Announcements | null>(null)
const TOAST_DURATION = 6000
/** For a toast with a link: it takes time to reach. */
const LINK_DURATION = 20_000

export function Announcer({ children }: { children: Elements }) {
  const texts = useTexts()
  const [announcement, setAnnouncement] = useState<Announcement>({ text: '', count: 0, shown: false })
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const hide = useCallback(() => setAnnouncement((last) => ({ text: last.text, count: last.count, shown: false })), [])
  const publish = useCallback(
    (toast: Toast, shown: boolean) => {
      setAnnouncement((last) => ({ ...toast, count: last.count + 1, shown }))
      clearTimeout(timer.current)
      if (shown) timer.current = setTimeout(hide, toast.to ? LINK_DURATION : TOAST_DURATION)
    },
    [hide],
  )
  const [announcements] = useState<Announcements>(() => ({
    announce: (text) => publish({ text }, false),
    showToast: (message) => publish(typeof message === 'string' ? { text: message } : message, true),
  }))
  useEffect(() => () => clearTimeout(timer.current), [])
  const { text, to, count, shown } = announcement
  return (
    <AnnouncerContext value={announcements}>
      {children}
      <div className={shown ? 'toast' : 'hidden'} role="status" aria-live="polite">
        {/* A new key repeats the announcement of an equal text. */}
        <p key={count}>
          <span>{text}</span>
          {to && (
            <Link to={to} onClick={hide}>
              {texts.common.open}
            </Link>
          )}
        </p>
      </div>
    </AnnouncerContext>
  )
}

export function useAnnounce(): Announcements {
  const announcements = use(AnnouncerContext)
  if (!announcements) throw new Error('useAnnounce requires an Announcer')
  return announcements
}
