// The picture of the camera.
import { useEffect, useRef, useState } from 'react'

import { useTexts } from '../texts/context'
import { Notice } from '../ui/notice'
import { scan } from './camera'

/** Films while it is mounted. */
export function CameraView({ onCode }: { onCode: (code: string) => void }) {
  const texts = useTexts()
  const video = useRef<HTMLVideoElement>(null)
  const [isFailed, setFailed] = useState(false)
  const report = useRef(onCode)
  useEffect(() => {
    report.current = onCode
  }, [onCode])
  useEffect(() => {
    const run = new AbortController()
    if (video.current) {
      scan(video.current, (code) => report.current(code), run.signal).catch(() => {
        if (!run.signal.aborted) setFailed(true)
      })
    }
    return () => run.abort()
  }, [])
  if (isFailed) {
    return (
      <Notice tone="warn" alert>
        <p>{texts.door.noCamera}</p>
      </Notice>
    )
  }
  return <video ref={video} className="camera" muted playsInline aria-label={texts.door.camera} />
}
