// A labelled input or text area, with a hint and its error.
import { type ComponentProps, useId } from 'react'

import { useTexts } from '../texts/context'
import type { Elements } from './elements'

interface FrameProps {
  label: string
  hint?: string | undefined
  error?: string | undefined
  /** Shown in the box, before the input. */
  prefix?: string | undefined
  after?: Elements
}

/** The attributes that connect a control with its label, hint and error. */
interface ControlProps {
  id: string
  'aria-invalid': true | undefined
  'aria-describedby': string | undefined
}

type FieldProps<E extends 'input' | 'textarea'> = Omit<ComponentProps<E>, 'className' | 'id' | 'prefix' | 'onChange'> &
  FrameProps & { onType: (text: string) => void }

/** `verbatim`: what is typed is an address or a code, and no words. */
export function Field({ label, hint, error, prefix, after, verbatim, onType, ...input }: FieldProps<'input'> & { verbatim?: boolean }) {
  const typing = verbatim ? { autoCapitalize: 'none', spellCheck: false } : {}
  return (
    <Frame {...{ label, hint, error, prefix, after }}>
      {(control) => <input autoComplete="off" {...typing} {...input} {...control} onChange={(event) => onType(event.target.value)} />}
    </Frame>
  )
}

/** A field of several lines. */
export function TextArea({ label, hint, error, onType, ...area }: FieldProps<'textarea'>) {
  return (
    <Frame {...{ label, hint, error }}>
      {(control) => <textarea rows={4} {...area} {...control} onChange={(event) => onType(event.target.value)} />}
    </Frame>
  )
}

/** The price of a listing. */
export function PriceField(field: Pick<FieldProps<'input'>, 'hint' | 'error' | 'value' | 'onType'>) {
  const texts = useTexts()
  return <Field label={texts.form.priceField} name="price" required prefix="$" inputMode="decimal" {...field} />
}

/** Returns the function that gives the field of a name its value, its error, and what happens when it is typed into. */
export const fieldsOf =
  <T extends { [K in keyof T]: string }>(typed: T, change: (next: T) => void, errorOf: (name: string) => string | undefined) =>
  <K extends keyof T & string>(name: K) => ({
    name,
    value: typed[name],
    error: errorOf(name),
    onType: (text: string) => change({ ...typed, [name]: text }),
  })

function Frame({ label, hint, error, prefix, after, children }: FrameProps & { children: (control: ControlProps) => Elements }) {
  const id = useId()
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className={error ? 'field invalid' : 'field'}>
      <label htmlFor={id}>{label}</label>
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <div className="box">
        {prefix && (
          <span className="prefix" aria-hidden="true">
            {prefix}
          </span>
        )}
        {children({ id, 'aria-invalid': error ? true : undefined, 'aria-describedby': described || undefined })}
        {after}
      </div>
      {error && (
        <p className="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  )
}
