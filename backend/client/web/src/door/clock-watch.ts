// Whether the clock of the device was set while no server could tell the time: the offset that the door keeps is then wrong.

/** Both clocks of the device: the time of day, which can be set, and a monotonic one, in milliseconds. */
export interface Clocks {
  day: number
  steady: number
}

/** Clocks differ by less than this without having been set, in milliseconds. */
export const CLOCK_TOLERANCE = 5000

/**
 * Returns whether the time of day was set between two readings. While a device sleeps, the monotonic clock may stop, so a time of day
 * that is ahead proves something only if the page was awake.
 */
export function wasSet(before: Clocks, now: Clocks, wasAwake: boolean): boolean {
  const ahead = now.day - before.day - (now.steady - before.steady)
  return ahead < -CLOCK_TOLERANCE || (wasAwake && ahead > CLOCK_TOLERANCE)
}

/** Compares the clocks while it runs. */
export class ClockWatch {
  #last = read()
  #wasAwake = true
  readonly #timer: ReturnType<typeof setInterval>

  /** Calls `onSet` when the clock was set. Reads every `interval` milliseconds. */
  constructor(
    private readonly onSet: () => void,
    interval = 1000,
  ) {
    this.#timer = setInterval(this.check, interval)
    document.addEventListener('visibilitychange', this.#doze)
  }

  check = (): void => {
    const [before, now] = [this.#last, read()]
    const wasAwake = this.#wasAwake && document.visibilityState === 'visible'
    this.#last = now
    this.#wasAwake = document.visibilityState === 'visible'
    if (wasSet(before, now, wasAwake)) this.onSet()
  }

  stop(): void {
    clearInterval(this.#timer)
    document.removeEventListener('visibilitychange', this.#doze)
  }

  #doze = (): void => {
    this.#wasAwake = false
  }
}

const read = (): Clocks => ({ day: Date.now(), steady: performance.now() })
