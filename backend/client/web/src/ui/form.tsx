// A form that the server validates: errors are shown at their fields, and the first invalid field gets the focus.
import { type FormEvent, useEffect, useRef } from 'react'

import { ApiError } from '../api/problem'
import { useTexts } from '../texts/context'
import { detailText, errorText } from '../texts/errors'
import type { Elements } from './elements'
import { Button } from './button'
import { Late } from './late'
import { Notice } from './notice'

/** Groups the details of an error by the fields of the form. Other details concern the whole form. */
export function useFieldErrors(error: unknown, fields: readonly string[]) {
  const texts = useTexts()
  const details = error instanceof ApiError ? error.details : []
  const of = (field: string) => {
    const own = details.filter((detail) => detail.field === field)
    return own.length ? own.map((detail) => detailText(texts, detail.message)).join(' ') : undefined
  }
  const atFields = details.filter((detail) => detail.field && fields.includes(detail.field)).length
  return { of, atFields, general: error && !atFields ? errorText(texts, error) : undefined }
}

interface FormProps {
  error: unknown
  fieldErrors: Omit<ReturnType<typeof useFieldErrors>, 'of'>
  label: string
  /** A form whose submission is in progress ignores another one. */
  busy: boolean
  /** A form that shows an error of its own is not sent. */
  isInvalid?: boolean
  onSubmit: () => void
  children: Elements
}

export function Form({ error, fieldErrors: { general, atFields }, label, busy, isInvalid = false, onSubmit, children }: FormProps) {
  const texts = useTexts()
  const form = useRef<HTMLFormElement>(null)
  const focusInvalid = () => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
  useEffect(() => {
    if (error) focusInvalid()
  }, [error])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isInvalid) focusInvalid()
    else if (!busy) onSubmit()
  }
  return (
    <form ref={form} className="form" noValidate aria-label={label} onSubmit={submit}>
      {general && <Notice tone="bad" alert text={general} />}
      {atFields > 0 && (
        <p className="hidden" role="alert">
          {texts.form.invalid(atFields)}
        </p>
      )}
      {children}
    </form>
  )
}

/** The button of a form. `held`: another write must end first. */
export function Submit({ busy, held = false, label, busyLabel }: { busy: boolean; held?: boolean; label: string; busyLabel: string }) {
  return (
    <>
      <Button type="submit" variant="primary" wide busy={busy} disabled={held}>
        {busy ? busyLabel : label}
      </Button>
      <Late busy={busy || held} />
    </>
  )
}
