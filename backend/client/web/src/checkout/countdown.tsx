// The time that is left to pay.
import { useEffect, useRef } from 'react'

import { countdown, duration } from '../texts/format'
import { useI18n } from '../texts/context'
import { useAnnounce } from '../ui/announcer'
import { useNow } from '../ui/use-now'

/** The remaining times, in milliseconds, that are announced to screen readers. */
const ANNOUNCED_AT = [300_000, 60_000, 30_000, 10_000]

export function Countdown({ from, until }: { from: number; until: number }) {
  const { texts, format } = useI18n()
  const { announce } = useAnnounce()
  const left = Math.max(0, until - useNow(250))
  const previous = useRef(Infinity)
  useEffect(() => {
    const due = ANNOUNCED_AT.find((mark) => left <= mark && previous.current > mark && previous.current !== Infinity)
    previous.current = left
    if (due !== undefined && left > 0) announce(texts.order.leftLive(format.span(left)))
  }, [left, announce, texts, format])
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
