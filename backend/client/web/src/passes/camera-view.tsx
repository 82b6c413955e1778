// The picture of the camera, or why there is none; and the button that reads a picture from a file.
import { type ChangeEvent, useEffect, useRef, useState } from 'react'

import { useTexts } from '../texts/context'
import { Button } from '../ui/button'
import { Notice } from '../ui/notice'
import { type CameraError, cameraErrorOf, hasCamera, readPicture, scan } from './camera'

/** Films while it is mounted. */
export function CameraView({ onCode }: { onCode: (code: string) => void }) {
  const texts = useTexts()
  const video = useRef<HTMLVideoElement>(null)
  const [error, setError] = useState<CameraError | null>(hasCamera() ? null : 'insecure')
  const report = useRef(onCode)
  useEffect(() => {
    report.current = onCode
  }, [onCode])
  useEffect(() => {
    if (error || !video.current) return
    const run = new AbortController()
    scan(video.current, (code) => report.current(code), run.signal).catch((error: unknown) => {
      if (!run.signal.aborted) setError(cameraErrorOf(error))
    })
    return () => run.abort()
  }, [error])
  // The button is below the picture.
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    place.current?.scrollIntoView({ block: 'nearest' })
  }, [error])
  if (error) {
    return (
      <div ref={place}>
        <Notice tone="warn" alert>
          <p>{texts.door.cameraErrors[error]}</p>
          <p>{texts.door.withoutCamera}</p>
          {error !== 'insecure' && <Button onClick={() => setError(null)}>{texts.common.retry}</Button>}
        </Notice>
      </div>
    )
  }
  return (
    <div ref={place} className="camera">
      <video ref={video} muted playsInline aria-label={texts.door.camera} />
    </div>
  )
}

type PictureState = 'idle' | 'reading' | 'empty' | 'unreadable'

/** Reads codes from pictures: one that was sent, or one that a phone takes where a page gets no camera. */
export function usePicture(onCode: (code: string) => void) {
  const texts = useTexts()
  const input = useRef<HTMLInputElement>(null)
  const [state, setState] = useState<PictureState>('idle')
  const read = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const file = target.files?.[0]
    if (!file) return
    setState('reading')
    try {
      const code = await readPicture(file)
      setState(code === null ? 'empty' : 'idle')
      if (code !== null) onCode(code)
    } catch {
      setState('unreadable')
    }
    // The same file may be chosen again.
    target.value = ''
  }
  const button = (
    <>
      <input ref={input} type="file" accept="image/*" hidden aria-label={texts.door.picture} onChange={(event) => void read(event)} />
      <Button busy={state === 'reading'} onClick={() => input.current?.click()}>
        {state === 'reading' ? texts.door.reading : texts.door.picture}
      </Button>
    </>
  )
  const notice = (state === 'empty' || state === 'unreadable') && (
    <Notice tone="warn" alert>
      <p>{texts.door.pictureErrors[state]}</p>
    </Notice>
  )
  return { button, notice }
}
