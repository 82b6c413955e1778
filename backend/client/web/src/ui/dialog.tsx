// A modal dialog. The browser traps the focus and restores it.
import { useEffect, useId, useRef } from 'react'

import type { Elements } from './elements'

interface DialogProps {
  title: string
  /** At the bottom of the screen, over its whole width. */
  sheet?: boolean
  onClose: () => void
  children: Elements
}

/** Open while it is mounted. */
export function Dialog({ title, sheet = false, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const element = dialog.current
    const before = document.activeElement
    element?.showModal()
    return () => {
      element?.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      className={sheet ? 'dialog sheet' : 'dialog'}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  )
}
