// A sound and a vibration for a verdict, so that the door need not look at the screen.

/** The frequencies of the tones in hertz, one after another. */
const TONES = { admitted: [660, 880], refused: [220, 220], unknown: [330] }
const TONE_TIME = 0.12
const VIBRATION = { admitted: [80], refused: [200, 80, 200], unknown: [80, 80, 80] }

let audio: AudioContext | null = null

export function signal(kind: keyof typeof TONES): void {
  navigator.vibrate?.(VIBRATION[kind])
  try {
    audio ??= new AudioContext()
    const { currentTime, destination } = audio
    for (const [index, frequency] of TONES[kind].entries()) {
      const tone = new OscillatorNode(audio, { frequency, type: kind === 'admitted' ? 'sine' : 'square' })
      const volume = new GainNode(audio, { gain: 0.2 })
      tone.connect(volume).connect(destination)
      tone.start(currentTime + index * TONE_TIME)
      tone.stop(currentTime + (index + 0.9) * TONE_TIME)
    }
  } catch {
    // Without a sound the verdict is still on the screen.
  }
}
