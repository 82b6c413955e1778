// Captures the keys of a hand scanner, wherever the focus is, so that no other element handles them.
import { KeySequence, MAX_DELAY } from './key-sequence'

/** The minimum number of keys of a scanner. Fewer belong to a person who types fast, and are restored. */
const SHORTEST_SCAN = 20

const isTextField = (target: EventTarget | null): target is HTMLInputElement | HTMLTextAreaElement =>
  target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && ['text', 'search', 'email', 'password'].includes(target.type))

/** Writes the text of a field as if it were typed. */
function write(field: HTMLInputElement | HTMLTextAreaElement, text: string): void {
  field.setRangeText(text, 0, field.value.length, 'end')
  field.dispatchEvent(new Event('input', { bubbles: true }))
}

/**
 * Reads the codes that a scanner types into this document, until the signal is aborted. The field of the codes reads its own: there a code
 * may also be typed by hand or pasted.
 */
export function listenToScanner(isCodeField: (target: EventTarget | null) => boolean, onCode: (code: string) => void, signal: AbortSignal): void {
  const sequence = new KeySequence()
  /** The field into which the first keys went, before they were known to be those of a code, and its text before them. */
  let before: { field: HTMLInputElement | HTMLTextAreaElement; text: string } | null = null
  let isSpaceHeld = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const swallow = (event: Event) => {
    event.preventDefault()
    event.stopPropagation()
  }
  const giveBack = () => {
    const { typed } = sequence
    if (before?.field.isConnected && typed.length < SHORTEST_SCAN) write(before.field, before.field.value + typed)
    before = null
  }
  const press = (event: KeyboardEvent) => {
    if (event.isComposing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return
    if (before && sequence.typed.length > 2 && !sequence.isScanning(event.timeStamp)) giveBack()
    const { target } = event
    const kind = sequence.take(event.key, event.timeStamp)
    if (isCodeField(target)) {
      // Enter submits the form by itself.
      if (kind !== 'end' || event.key !== 'Tab') return
      swallow(event)
      ;(target as HTMLInputElement).form?.requestSubmit()
      return
    }
    if (kind === 'beginning' && sequence.typed.length === 1) before = isTextField(target) ? { field: target, text: target.value } : null
    if (kind === 'ordinary') before = null
    if (kind !== 'part' && kind !== 'end') return
    swallow(event)
    clearTimeout(timer)
    isSpaceHeld = event.key === ' '
    if (kind === 'end') {
      before = null
      onCode(sequence.typed)
      return
    }
    if (sequence.typed.length === 3 && before) write(before.field, before.text)
    timer = setTimeout(giveBack, 4 * MAX_DELAY)
  }
  const release = (event: KeyboardEvent) => {
    // Some browsers press a button when the space is released.
    if (event.key === ' ' && isSpaceHeld) swallow(event)
  }
  document.addEventListener('keydown', press, { capture: true, signal })
  document.addEventListener('keyup', release, { capture: true, signal })
  signal.addEventListener('abort', () => clearTimeout(timer))
}
