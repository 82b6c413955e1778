// A modal dialog. The browser traps the focus and restores it.
import { useId, useLayoutEffect, useRef } from 'react'

import type { Elements } from './elements'

interface DialogProps {
  title: string
  /** At the bottom of the screen, over its whole width. */
  sheet?: boolean
  /** Whether it stays open for now. */
  locked?: boolean
  onClose: () => void
  children: Elements
}

/** Open while it is mounted. */
export function Dialog({ title, sheet = false, locked = false, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  // In the commit itself: the browser gives the focus back before the dialog is removed.
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      className={sheet ? 'dialog sheet' : 'dialog'}
      aria-labelledby={id}
      // An Escape that is repeated closes a dialog, whatever its handler says.
      closedby={locked ? 'none' : undefined}
      onCancel={(event) => {
        event.preventDefault()
        if (!locked) onClose()
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  )
}
