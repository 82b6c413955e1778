// Reads codes from the camera or a picture: with the detector of the browser where there is one, else with that of the library, loaded on
// demand.
import { loadChunk } from '../chunks'
import { pause } from '../pause'

interface Detector {
  detect: (source: HTMLVideoElement | ImageBitmap) => Promise<{ rawValue: string }[]>
}

type DetectorClass = (new (options: { formats: string[] }) => Detector) & { getSupportedFormats?: () => Promise<string[]> }

/** The interval between two scanned frames, in milliseconds. */
const INTERVAL = 200
/** The same code is not reported again within this time, in milliseconds: people do not hold still. */
export const REPEAT_TIME = 1500
/** Larger pictures are reduced to this width or height, in pixels: a code needs far fewer. */
const MAX_PICTURE_SIDE = 1600

/** Why the camera cannot be used. */
export type CameraError = 'denied' | 'missing' | 'busy' | 'insecure' | 'failed'

export type CameraState = 'off' | 'on' | CameraError

const CAMERA_ERRORS: Record<string, CameraError> = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
  NotReadableError: 'busy',
  AbortError: 'busy',
}

/** Returns why `scan` has failed. */
export const cameraErrorOf = (error: unknown): CameraError => (error instanceof DOMException ? CAMERA_ERRORS[error.name] : undefined) ?? 'failed'

/** Returns whether the browser gives pages a camera: it does so for secure origins only. */
export const hasCamera = (): boolean => typeof (navigator.mediaDevices as MediaDevices | undefined)?.getUserMedia === 'function'

async function detector(): Promise<Detector> {
  const native = (window as { BarcodeDetector?: DetectorClass }).BarcodeDetector
  const formats: string[] | undefined = await native?.getSupportedFormats?.().catch((): string[] => [])
  if (native && formats?.includes('qr_code')) return new native({ formats: ['qr_code'] })
  const { BarcodeDetector } = await loadChunk(() => import('qr/decode.js'))
  return new BarcodeDetector({ formats: ['qr_code'] })
}

/** Reports codes as they are detected, but not the same one repeatedly. */
export function withoutRepeats(onCode: (code: string) => void, now: () => number = () => performance.now()): (code: string) => void {
  let last = { code: '', at: -Infinity }
  return (code) => {
    const at = now()
    if (code !== last.code || at - last.at > REPEAT_TIME) onCode(code)
    last = { code, at }
  }
}

/**
 * Shows the camera in the element and reports codes, until the signal is aborted. Throws if there is no camera or no permission, or once
 * the camera is taken away.
 */
export async function scan(video: HTMLVideoElement, onCode: (code: string) => void, signal: AbortSignal): Promise<void> {
  const report = withoutRepeats(onCode)
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false })
  try {
    const reader = await detector()
    signal.throwIfAborted()
    video.srcObject = stream
    await video.play()
    while (stream.active) {
      // A frame that cannot be read is followed by another one.
      const codes = await reader.detect(video).catch(() => [])
      signal.throwIfAborted()
      if (codes[0]) report(codes[0].rawValue)
      await pause(INTERVAL)
      signal.throwIfAborted()
    }
    throw new DOMException('the camera was taken away', 'NotReadableError')
  } finally {
    for (const track of stream.getTracks()) track.stop()
    video.srcObject = null
  }
}

/** Returns the code in a picture, or null if there is none. Throws if the file is not a picture that the browser can read. */
export async function readPicture(file: Blob): Promise<string | null> {
  const [picture, reader] = await Promise.all([bitmapOf(file), detector()])
  try {
    const [code] = await reader.detect(picture)
    return code?.rawValue ?? null
  } finally {
    picture.close()
  }
}

async function bitmapOf(file: Blob): Promise<ImageBitmap> {
  const whole = await createImageBitmap(file)
  const scale = MAX_PICTURE_SIDE / Math.max(whole.width, whole.height)
  if (scale >= 1) return whole
  try {
    return await createImageBitmap(whole, { resizeWidth: Math.ceil(whole.width * scale), resizeHeight: Math.ceil(whole.height * scale), resizeQuality: 'high' })
  } finally {
    whole.close()
  }
}
