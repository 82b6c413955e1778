// The form of a listing: title, price and what it says about its event. Selling and editing share it.
import { useState } from 'react'

import type { Draft } from '../api/tickets'
import { DETAILS, type DetailField, MAX_LENGTHS, clockTime, withOffset } from '../market/details'
import { normalizeAmount } from '../texts/amount'
import { useTexts } from '../texts/context'
import { Field, TextArea } from './field'
import { Form, Submit, useFaults } from './form'

interface DraftFormProps {
  initial: Draft
  label: string
  error: unknown
  /** Whether an error without a field is shown elsewhere. */
  quiet?: boolean
  busy: boolean
  submit: string
  submitting: string
  /** Called with what is typed, so that the page can keep it. */
  onType?: (draft: Draft) => void
  onSubmit: (draft: Draft) => void
}

export function DraftForm({ initial, label, error, quiet = false, busy, submit, submitting, onType, onSubmit }: DraftFormProps) {
  const texts = useTexts()
  const [draft, setTyped] = useState(initial)
  const setDraft = (next: Draft) => {
    setTyped(next)
    onType?.(next)
  }
  const faults = useFaults(error, ['title', 'price', ...DETAILS])
  return (
    <Form
      label={label}
      error={error}
      faults={quiet ? { ...faults, general: undefined } : faults}
      busy={busy}
      onSubmit={() => onSubmit({ ...draft, price: normalizeAmount(draft.price) })}
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
      {DETAILS.map((field) => (
        <DetailInput
          key={field}
          field={field}
          value={draft[field]}
          fault={faults.of(field)}
          onChange={(text) => setDraft({ ...draft, [field]: text })}
        />
      ))}
      <Submit busy={busy} label={submit} busyLabel={submitting} />
    </Form>
  )
}

/** Longer texts have several lines. */
const LONG = 200

interface DetailInputProps {
  field: DetailField
  value: string
  fault: string | undefined
  onChange: (text: string) => void
}

/** An optional field. The time is typed as the clock at the place shows it. */
function DetailInput({ field, value, fault, onChange }: DetailInputProps) {
  const texts = useTexts()
  const isTime = field === 'startsAt'
  const common = { label: texts.details[field], hint: texts.detailHints[field], fault, name: field }
  if (MAX_LENGTHS[field] > LONG) {
    return <TextArea {...common} maxLength={MAX_LENGTHS[field]} value={value} onChange={(event) => onChange(event.target.value)} />
  }
  return (
    <Field
      {...common}
      type={isTime ? 'datetime-local' : 'text'}
      maxLength={isTime ? undefined : MAX_LENGTHS[field]}
      autoComplete="off"
      value={isTime ? clockTime(value) : value}
      onChange={(event) => onChange(isTime ? withOffset(event.target.value, value) : event.target.value)}
    />
  )
}

/** The placeholder while the session is unknown. */
export const FormSkeleton = () => (
  <div className="form" aria-hidden="true">
    <span className="skeleton half" />
    <span className="skeleton" />
  </div>
)
