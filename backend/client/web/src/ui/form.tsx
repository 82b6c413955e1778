// A form that the server validates: faults are shown at their fields, and the first invalid field gets the focus.
import { type FormEvent, useEffect, useRef } from 'react'

import { ApiError } from '../api/problem'
import { useTexts } from '../texts/context'
import { errorText, faultText } from '../texts/errors'
import type { Elements } from './elements'
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
  general: string | undefined
  atFields: number
  label: string
  onSubmit: () => void
  children: Elements
}

export function Form({ error, general, atFields, label, onSubmit, children }: FormProps) {
  const texts = useTexts()
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
  }, [error])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSubmit()
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
