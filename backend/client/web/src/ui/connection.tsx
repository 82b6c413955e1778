// Shows when the page may be out of date.
import { useEffect, useRef } from 'react'

import { useFeedState, useOnline } from '../live/context'
import { useTexts } from '../texts/context'
import { useAnnounce } from './announcer'
import { useSustained } from './use-sustained'

/** A connection that is restored within this time is not reported as lost. */
const GRACE_PERIOD = 1500

export function Connection() {
  const texts = useTexts()
  const { showToast } = useAnnounce()
  const online = useOnline()
  const lost = useSustained(useFeedState() === 'waiting', GRACE_PERIOD)
  const disconnected = !online || lost
  const wasDisconnected = useRef(false)
  useEffect(() => {
    if (wasDisconnected.current && !disconnected) showToast(texts.connection.back)
    wasDisconnected.current = disconnected
  }, [disconnected, showToast, texts])
  return (
    <div className="connection" role="status" aria-live="polite">
      {disconnected && (
        <p>
          <span className="dot" aria-hidden="true" />
          <span>{online ? texts.connection.waiting : texts.connection.offline}</span>
        </p>
      )}
    </div>
  )
}
