// A labelled input or text area, with a hint and its error.
import { type ComponentProps, useId } from 'react'

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

type FieldProps = Omit<ComponentProps<'input'>, 'className' | 'id' | 'prefix'> & FrameProps

export function Field({ label, hint, error, prefix, after, ...input }: FieldProps) {
  const frame = { label, hint, error, prefix, after }
  return <Frame {...frame}>{(control) => <input {...input} {...control} />}</Frame>
}

type TextAreaProps = Omit<ComponentProps<'textarea'>, 'className' | 'id' | 'prefix'> & FrameProps

/** A field of several lines. */
export function TextArea({ label, hint, error, ...area }: TextAreaProps) {
  const frame = { label, hint, error }
  return <Frame {...frame}>{(control) => <textarea rows={4} {...area} {...control} />}</Frame>
}

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
