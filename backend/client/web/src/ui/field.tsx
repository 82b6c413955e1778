// A labelled input with a hint and its faults.
import { type ComponentProps, useId } from 'react'

import type { Elements } from './elements'

type FieldProps = Omit<ComponentProps<'input'>, 'className' | 'id'> & {
  label: string
  hint?: string | undefined
  fault?: string | undefined
  /** Shown in the box, before the input. */
  prefix?: string
  after?: Elements
}

export function Field({ label, hint, fault, prefix, after, ...input }: FieldProps) {
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
        <input {...input} id={id} aria-invalid={fault ? true : undefined} aria-describedby={described || undefined} />
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
