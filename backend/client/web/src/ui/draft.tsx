// The form of a listing: title and price. Selling and editing share it.
import { useState } from 'react'

import type { Draft } from '../api/tickets'
import { normalizeAmount } from '../texts/amount'
import { useTexts } from '../texts/context'
import { Button } from './button'
import { Field } from './field'
import { Form, useFaults } from './form'

interface DraftFormProps {
  initial: Draft
  label: string
  error: unknown
  /** Whether an error without a field is shown elsewhere. */
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
        if (!busy) onSubmit({ title: draft.title, price: normalizeAmount(draft.price) })
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
      <Button type="submit" variant="primary" wide busy={busy}>
        {busy ? submitting : submit}
      </Button>
    </Form>
  )
}

/** The placeholder while the session is unknown. */
export const FormSkeleton = () => (
  <div className="form" aria-hidden="true">
    <span className="skeleton half" />
    <span className="skeleton" />
  </div>
)
