// The picture of the camera, or why there is none; and the button that reads a picture from a file.
import { type ChangeEvent, useEffect, useEffectEvent, useRef, useState } from 'react'

import { useTexts } from '../texts/context'
import { Button } from '../ui/button'
import { Notice } from '../ui/notice'
import { type CameraError, type CameraState, cameraErrorOf, hasCamera, readPicture, scan } from './camera'

interface CameraViewProps {
  state: Exclude<CameraState, 'off'>
  onCode: (code: string) => void
  /** Called once the camera fails. */
  onError: (error: CameraError) => void
}

/** Films while it is mounted and its state is `on`. */
function CameraView({ state, onCode, onError }: CameraViewProps) {
  const texts = useTexts()
  const video = useRef<HTMLVideoElement>(null)
  const report = useEffectEvent(onCode)
  const fail = useEffectEvent(onError)
  useEffect(() => {
    if (state !== 'on' || !video.current) return
    const run = new AbortController()
    scan(video.current, report, run.signal).catch((error: unknown) => {
      if (!run.signal.aborted) fail(cameraErrorOf(error))
    })
    return () => run.abort()
  }, [state])
  // The button is below the picture.
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    place.current?.scrollIntoView({ block: 'nearest' })
  }, [state])
  if (state !== 'on') {
    return (
      <div ref={place}>
        <Notice tone="warn" alert>
          <p>{texts.door.cameraErrors[state]}</p>
          <p>{texts.door.withoutCamera}</p>
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

/** The camera, and the button that starts or stops it. Without a picture there is nothing to stop. */
export function useCamera(onCode: (code: string) => void) {
  const texts = useTexts()
  const [state, setState] = useState<CameraState>('off')
  const isOn = state === 'on'
  const start = hasCamera() ? 'on' : 'insecure'
  return {
    view: state !== 'off' && <CameraView state={state} onCode={onCode} onError={setState} />,
    button: <Button onClick={() => setState(isOn ? 'off' : start)}>{isOn ? texts.door.cameraOff : texts.door.cameraOn}</Button>,
  }
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
    <Notice tone="warn" alert text={texts.door.pictureErrors[state]} />
  )
  return { button, notice }
}
