// Says when what is shown may be out of date.
import { useEffect, useRef, useState } from 'react'

import { useFeedState, useOnline } from '../live/context'
import { useTexts } from '../texts/context'
import { useAnnounce } from './announcer'

/** A connection that is back within this time was never gone, for all that people care. */
const BRIEF = 1500

export function Connection() {
  const texts = useTexts()
  const announce = useAnnounce()
  const online = useOnline()
  const lost = useLasting(useFeedState() === 'waiting', BRIEF)
  const gone = !online || lost
  const was = useRef(false)
  useEffect(() => {
    if (was.current && !gone) announce.show(texts.connection.back)
    was.current = gone
  }, [gone, announce, texts])
  return (
    <div className="connection" role="status" aria-live="polite">
      {gone && (
        <p>
          <span className="dot" aria-hidden="true" />
          <span>{online ? texts.connection.waiting : texts.connection.offline}</span>
        </p>
      )}
    </div>
  )
}

/** Whether `value` has been true for so long. */
function useLasting(value: boolean, time: number): boolean {
  const [lasting, setLasting] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLasting(value), value ? time : 0)
    return () => clearTimeout(timer)
  }, [value, time])
  return lasting && value
}
