// How long the ticket is still held.
import { useEffect, useRef } from 'react'

import { countdown, duration } from '../texts/format'
import { useSpeech } from '../texts/context'
import { useAnnounce } from '../ui/announcer'
import { useNow } from '../ui/now'

/** What is left when it is said aloud, in milliseconds. */
const SAID = [300_000, 60_000, 30_000, 10_000]

export function Countdown({ from, until }: { from: number; until: number }) {
  const { texts, format } = useSpeech()
  const { say } = useAnnounce()
  const left = Math.max(0, until - useNow(250))
  const last = useRef(Infinity)
  useEffect(() => {
    const due = SAID.find((mark) => left <= mark && last.current > mark && last.current !== Infinity)
    last.current = left
    if (due !== undefined && left > 0) say(texts.order.leftLive(format.span(left)))
  }, [left, say, texts, format])
  const share = Math.min(1, left / Math.max(1, until - from))
  return (
    <div className={left <= 60_000 ? 'countdown soon' : 'countdown'}>
      <p>
        <span>{texts.order.timeLeft}</span>
        <time role="timer" dateTime={duration(left)}>
          {countdown(left)}
        </time>
      </p>
      <div className="bar" aria-hidden="true">
        <div style={{ transform: `scaleX(${share})` }} />
      </div>
    </div>
  )
}
