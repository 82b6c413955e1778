// Reads codes with the camera: with the detector of the browser where there is one, else with that of the library, loaded on demand.
import { loadChunk } from '../chunks'

interface Detector {
  detect: (source: HTMLVideoElement) => Promise<{ rawValue: string }[]>
}

type DetectorClass = (new (options: { formats: string[] }) => Detector) & { getSupportedFormats?: () => Promise<string[]> }

/** The time between two looks, in milliseconds. */
const INTERVAL = 200
/** The same code is not reported again within this time, in milliseconds: people do not hold still. */
export const REPEAT_TIME = 4000

/** Returns whether the browser gives pages a camera: it does so for secure origins only. */
export const hasCamera = (): boolean => typeof (navigator.mediaDevices as MediaDevices | undefined)?.getUserMedia === 'function'

async function detector(): Promise<Detector> {
  const native = (window as { BarcodeDetector?: DetectorClass }).BarcodeDetector
  const formats: string[] | undefined = await native?.getSupportedFormats?.().catch((): string[] => [])
  if (native && formats?.includes('qr_code')) return new native({ formats: ['qr_code'] })
  const { BarcodeDetector } = await loadChunk(() => import('qr/decode.js'))
  return new BarcodeDetector({ formats: ['qr_code'] })
}

/** Passes on codes as they are seen, but not the same one over and over. */
export function withoutRepeats(onCode: (code: string) => void, now: () => number = () => performance.now()): (code: string) => void {
  let last = { code: '', at: -Infinity }
  return (code) => {
    const at = now()
    if (code !== last.code || at - last.at > REPEAT_TIME) onCode(code)
    last = { code, at }
  }
}

/** Shows the camera in the element and reports codes, until the signal is aborted. Throws if there is no camera, or no permission. */
export async function scan(video: HTMLVideoElement, onCode: (code: string) => void, signal: AbortSignal): Promise<void> {
  const report = withoutRepeats(onCode)
  const [reader, stream] = await Promise.all([detector(), navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false })])
  const stop = () => {
    for (const track of stream.getTracks()) track.stop()
    video.srcObject = null
  }
  signal.addEventListener('abort', stop)
  if (signal.aborted) {
    stop()
    return
  }
  video.srcObject = stream
  await video.play()
  while (!signal.aborted) {
    // A frame that cannot be read is followed by another one.
    const codes = await reader.detect(video).catch(() => [])
    if (codes[0] && !signal.aborted) report(codes[0].rawValue)
    await new Promise((resolve) => setTimeout(resolve, INTERVAL))
  }
}
