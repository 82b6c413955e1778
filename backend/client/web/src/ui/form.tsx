// A form that the server validates: faults are shown at their fields, and the first invalid field gets the focus.
import { type FormEvent, useEffect, useRef } from 'react'

import { ApiError } from '../api/problem'
import { useTexts } from '../texts/context'
import { errorText, faultText } from '../texts/errors'
import type { Elements } from './elements'
import { Button } from './button'
import { Notice } from './notice'

/** Groups the faults of an error by the fields of the form. Other faults concern the whole form. */
export function useFaults(error: unknown, fields: readonly string[]) {
  const texts = useTexts()
  const faults = error instanceof ApiError ? error.faults : []
  const of = (field: string) => {
    const own = faults.filter((fault) => fault.field === field)
    return own.length ? own.map((fault) => faultText(texts, fault.message)).join(' ') : undefined
  }
  const atFields = faults.filter((fault) => fault.field && fields.includes(fault.field)).length
  return { of, atFields, general: error && !atFields ? errorText(texts, error) : undefined }
}

interface FormProps {
  error: unknown
  faults: Omit<ReturnType<typeof useFaults>, 'of'>
  label: string
  /** A form whose submission is in progress ignores another one. */
  busy: boolean
  /** A form that shows a fault of its own is not sent. */
  isInvalid?: boolean
  onSubmit: () => void
  children: Elements
}

export function Form({ error, faults: { general, atFields }, label, busy, isInvalid = false, onSubmit, children }: FormProps) {
  const texts = useTexts()
  const form = useRef<HTMLFormElement>(null)
  const focusFault = () => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
  useEffect(() => {
    if (error) focusFault()
  }, [error])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isInvalid) focusFault()
    else if (!busy) onSubmit()
  }
  return (
    <form ref={form} className="form" noValidate aria-label={label} onSubmit={submit}>
      {general && (
        <Notice tone="bad" alert>
          <p>{general}</p>
        </Notice>
      )}
      {atFields > 0 && (
        <p className="hidden" role="alert">
          {texts.form.faults(atFields)}
        </p>
      )}
      {children}
    </form>
  )
}

/** The button of a form. */
export function Submit({ busy, label, busyLabel }: { busy: boolean; label: string; busyLabel: string }) {
  return (
    <Button type="submit" variant="primary" wide busy={busy}>
      {busy ? busyLabel : label}
    </Button>
  )
}
