// Says what happened, to those who hear the page as to those who see it.
import { createContext, use, useCallback, useEffect, useRef, useState } from 'react'

import type { Elements } from './elements'

interface Saying {
  text: string
  count: number
  shown: boolean
}

export interface Announce {
  /** Says a text where it is heard only. */
  say: (text: string) => void
  /** Shows it for a while, too. */
  show: (text: string) => void
}

const AnnouncerContext = createContext<Announce | null>(null)
const SHOWN = 6000

export function Announcer({ children }: { children: Elements }) {
  const [saying, setSaying] = useState<Saying>({ text: '', count: 0, shown: false })
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const put = useCallback((text: string, shown: boolean) => {
    setSaying((last) => ({ text, count: last.count + 1, shown }))
    clearTimeout(timer.current)
    if (shown) timer.current = setTimeout(() => setSaying((last) => ({ ...last, shown: false })), SHOWN)
  }, [])
  const [announce] = useState<Announce>(() => ({ say: (text) => put(text, false), show: (text) => put(text, true) }))
  useEffect(() => () => clearTimeout(timer.current), [])
  return (
    <AnnouncerContext value={announce}>
      {children}
      <div className={saying.shown ? 'toast' : 'hidden'} role="status" aria-live="polite">
        {/* The same text again is said again, because it is another element. */}
        <p key={saying.count}>{saying.text}</p>
      </div>
    </AnnouncerContext>
  )
}

export function useAnnounce(): Announce {
  const announce = use(AnnouncerContext)
  if (!announce) throw new Error('nobody announces here')
  return announce
}
