// Announces messages to screen readers, and shows some of them as a toast.
import { createContext, use, useCallback, useEffect, useRef, useState } from 'react'

import type { Elements } from './elements'

interface Announcement {
  text: string
  count: number
  shown: boolean
}

interface Announcements {
  /** Announces a text to screen readers only. */
  announce: (text: string) => void
  /** Announces a text and shows it as a toast. */
  showToast: (text: string) => void
}

const AnnouncerContext = createContext<Announcements | null>(null)
const TOAST_DURATION = 6000

export function Announcer({ children }: { children: Elements }) {
  const [announcement, setSaying] = useState<Announcement>({ text: '', count: 0, shown: false })
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const publish = useCallback((text: string, shown: boolean) => {
    setSaying((last) => ({ text, count: last.count + 1, shown }))
    clearTimeout(timer.current)
    if (shown) timer.current = setTimeout(() => setSaying((last) => ({ ...last, shown: false })), TOAST_DURATION)
  }, [])
  const [announcements] = useState<Announcements>(() => ({ announce: (text) => publish(text, false), showToast: (text) => publish(text, true) }))
  useEffect(() => () => clearTimeout(timer.current), [])
  return (
    <AnnouncerContext value={announcements}>
      {children}
      <div className={announcement.shown ? 'toast' : 'hidden'} role="status" aria-live="polite">
        {/* A new key repeats the announcement of an equal text. */}
        <p key={announcement.count}>{announcement.text}</p>
      </div>
    </AnnouncerContext>
  )
}

export function useAnnounce(): Announcements {
  const announcements = use(AnnouncerContext)
  if (!announcements) throw new Error('useAnnounce requires an Announcer')
  return announcements
}
