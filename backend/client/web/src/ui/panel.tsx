// The panel beside a ticket: what can be done with it, or the outcome.
import { useEffect, useRef } from 'react'

import type { Elements } from './elements'

interface PanelProps {
  label: string
  /** On narrow screens it stays in view, above the navigation. */
  docked?: boolean
  children: Elements
}

export function Panel({ label, docked = false, children }: PanelProps) {
  const panel = useRef<HTMLElement>(null)
  useEffect(() => (panel.current ? keepFocus(panel.current) : undefined), [])
  return (
    <section ref={panel} className={docked ? 'buy-panel docked' : 'buy-panel'} aria-label={label} tabIndex={-1}>
      {children}
    </section>
  )
}

/**
 * Focuses an element when what has the focus in it is removed: a form gives way to its outcome, and the browser would begin again at the
 * top of the page. Returns the function that stops it.
 */
function keepFocus(element: HTMLElement): () => void {
  const stopping = new AbortController()
  let focused: Node | null = null
  element.addEventListener('focusin', ({ target }) => (focused = target as Node), { signal: stopping.signal })
  const observer = new MutationObserver(() => {
    if (focused && !focused.isConnected && document.activeElement === document.body) element.focus({ preventScroll: true })
  })
  observer.observe(element, { childList: true, subtree: true })
  return () => {
    observer.disconnect()
    stopping.abort()
  }
}
