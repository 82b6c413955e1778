// A labelled input or text area, with a hint and its faults.
import { type ComponentProps, useId } from 'react'

import type { Elements } from './elements'

interface FrameProps {
  label: string
  hint?: string | undefined
  fault?: string | undefined
  /** Shown in the box, before the input. */
  prefix?: string | undefined
  after?: Elements
}

/** The attributes that connect a control with its label, hint and fault. */
interface ControlProps {
  id: string
  'aria-invalid': true | undefined
  'aria-describedby': string | undefined
}

type FieldProps = Omit<ComponentProps<'input'>, 'className' | 'id' | 'prefix'> & FrameProps

export function Field({ label, hint, fault, prefix, after, ...input }: FieldProps) {
  const frame = { label, hint, fault, prefix, after }
  return <Frame {...frame}>{(control) => <input {...input} {...control} />}</Frame>
}

type TextAreaProps = Omit<ComponentProps<'textarea'>, 'className' | 'id' | 'prefix'> & FrameProps

/** A field of several lines. */
export function TextArea({ label, hint, fault, ...area }: TextAreaProps) {
  const frame = { label, hint, fault }
  return <Frame {...frame}>{(control) => <textarea rows={4} {...area} {...control} />}</Frame>
}

function Frame({ label, hint, fault, prefix, after, children }: FrameProps & { children: (control: ControlProps) => Elements }) {
  const id = useId()
  const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ')
  return (
    <div className={fault ? 'field faulty' : 'field'}>
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
        {children({ id, 'aria-invalid': fault ? true : undefined, 'aria-describedby': described || undefined })}
        {after}
      </div>
      {fault && (
        <p className="fault" id={`${id}-fault`}>
          {fault}
        </p>
      )}
    </div>
  )
}
