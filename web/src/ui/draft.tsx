// The form of a listing: a title and a price. Selling and editing are the same form.
import { useState } from 'react'

import type { Draft } from '../api/tickets'
import { typedAmount } from '../texts/amount'
import { useTexts } from '../texts/context'
import { Button } from './button'
import { Field } from './field'
import { Form, useFaults } from './form'

interface DraftFormProps {
  initial: Draft
  label: string
  error: unknown
  /** Whether an error that concerns no field is told elsewhere. */
  quiet?: boolean
  busy: boolean
  submit: string
  submitting: string
  onSubmit: (draft: Draft) => void
}

export function DraftForm({ initial, label, error, quiet = false, busy, submit, submitting, onSubmit }: DraftFormProps) {
  const texts = useTexts()
  const [draft, setDraft] = useState(initial)
  const faults = useFaults(error, ['title', 'price'])
  return (
    <Form
      label={label}
      error={error}
      general={quiet ? undefined : faults.general}
      atFields={faults.atFields}
      onSubmit={() => {
        if (!busy) onSubmit({ title: draft.title, price: typedAmount(draft.price) })
      }}
    >
      <Field
        label={texts.form.titleField}
        hint={texts.form.titleHint}
        name="title"
        required
        autoComplete="off"
        value={draft.title}
        fault={faults.of('title')}
        onChange={(event) => setDraft({ ...draft, title: event.target.value })}
      />
      <Field
        label={texts.form.priceField}
        hint={texts.form.priceHint}
        name="price"
        required
        prefix="$"
        inputMode="decimal"
        autoComplete="off"
        value={draft.price}
        fault={faults.of('price')}
        onChange={(event) => setDraft({ ...draft, price: event.target.value })}
      />
      <Button type="submit" look="primary" wide busy={busy}>
        {busy ? submitting : submit}
      </Button>
    </Form>
  )
}

/** What stands in its place until it is known who fills it in. */
export const FormSkeleton = () => (
  <div className="form" aria-hidden="true">
    <span className="skeleton half" />
    <span className="skeleton" />
  </div>
)
