// Recognises the keys of a hand scanner: it types faster than people do.

/** Every code begins with these. */
const START = 'TK1'
/** A scanner leaves less time than this between its first keys, in milliseconds. */
export const MAX_PAUSE = 100
/** Once it is recognised, a busy device may be late with a key, in milliseconds. */
export const MAX_DELAY = 500

/** The classification of a key: typed by a person, possibly the start of a code, within a code, or its end. */
export type KeyKind = 'ordinary' | 'beginning' | 'part' | 'end'

/** The keys that were typed in quick succession. */
export class KeySequence {
  #typed = ''
  #at = -Infinity

  /** The part of the code that was typed so far; at its end the whole code. */
  get typed(): string {
    return this.#typed
  }

  /** Whether the keys before this time, in milliseconds, belong to an unfinished code. */
  isScanning(at: number): boolean {
    return this.#typed.startsWith(START) && at - this.#at <= MAX_DELAY
  }

  /** Takes a key that was pressed at a time in milliseconds. */
  take(key: string, at: number): KeyKind {
    // Modifiers, such as that of a capital letter.
    if (key.length !== 1 && key !== 'Enter' && key !== 'Tab') return 'ordinary'
    const isScanning = this.isScanning(at)
    if (!isScanning && (at - this.#at > MAX_PAUSE || key.length !== 1)) this.#typed = ''
    this.#at = at
    if (key.length !== 1) {
      if (isScanning) this.#at = -Infinity
      return isScanning ? 'end' : 'ordinary'
    }
    const typed = this.#typed + key
    this.#typed = isScanning || START.startsWith(typed) ? typed : START.startsWith(key) ? key : ''
    if (this.#typed === '') return 'ordinary'
    return this.#typed.startsWith(START) ? 'part' : 'beginning'
  }
}
