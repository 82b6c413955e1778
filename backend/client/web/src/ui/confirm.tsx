// The question before an operation that cannot be taken back. Once that is sent, the dialog stays until the outcome is known.
import { Button } from './button'
import { Dialog } from './dialog'
import type { Elements } from './elements'
import { ErrorNotice } from './failure'
import { Late } from './late'

interface ConfirmProps {
  title: string
  error: unknown
  busy: boolean
  /** The labels of the buttons: cancel, confirm, and confirm while the operation is in progress. */
  keep: string
  confirm: string
  confirming: string
  onClose: () => void
  onConfirm: () => void
  children: Elements
}

export function Confirm({ title, error, busy, keep, confirm, confirming, onClose, onConfirm, children }: ConfirmProps) {
  return (
    <Dialog title={title} locked={busy} onClose={onClose}>
      {children}
      <ErrorNotice error={error} />
      <Late busy={busy} />
      <div className="row end">
        <Button disabled={busy} onClick={onClose}>{keep}</Button>
        <Button variant="danger" busy={busy} onClick={onConfirm}>
          {busy ? confirming : confirm}
        </Button>
      </div>
    </Dialog>
  )
}
