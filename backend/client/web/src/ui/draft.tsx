// The form of a listing: title, price and what it says about its event. Selling and editing share it.
import { useState } from 'react'

import type { Draft } from '../api/tickets'
import { DETAILS, type DetailField, MAX_LENGTHS } from '../market/details'
import { startOf, whenOf } from '../market/zones'
import { normalizeAmount } from '../texts/amount'
import { useTexts } from '../texts/context'
import { Field, TextArea } from './field'
import { Form, Submit, useFieldErrors } from './form'
import { WhenField } from './when-field'

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
  const [when, setWhen] = useState(() => whenOf(initial.startsAt))
  const [isZoneMatched, setZoneMatched] = useState(true)
  const startsAt = startOf(when, initial.startsAt)
  const fieldErrors = useFieldErrors(error, ['title', 'price', ...DETAILS])
  return (
    <Form
      label={label}
      error={error}
      fieldErrors={quiet ? { ...fieldErrors, general: undefined } : fieldErrors}
      busy={busy}
      isInvalid={startsAt === null || !isZoneMatched}
      onSubmit={() => onSubmit({ ...draft, startsAt: startsAt ?? '', price: normalizeAmount(draft.price) })}
    >
      <Field
        label={texts.form.titleField}
        hint={texts.form.titleHint}
        name="title"
        required
        autoComplete="off"
        value={draft.title}
        error={fieldErrors.of('title')}
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
        error={fieldErrors.of('price')}
        onChange={(event) => setDraft({ ...draft, price: event.target.value })}
      />
      <WhenField
        when={when}
        startsAt={startsAt}
        error={fieldErrors.of('startsAt')}
        onZoneMatch={setZoneMatched}
        onChange={(next) => {
          setWhen(next)
          setDraft({ ...draft, startsAt: startOf(next, initial.startsAt) ?? '' })
        }}
      />
      {TEXTS.map((field) => (
        <DetailInput
          key={field}
          field={field}
          value={draft[field]}
          error={fieldErrors.of(field)}
          onChange={(text) => setDraft({ ...draft, [field]: text })}
        />
      ))}
      <Submit busy={busy} label={submit} busyLabel={submitting} />
    </Form>
  )
}

/** The fields that are typed as they are. */
const TEXTS = DETAILS.filter((field) => field !== 'startsAt')

/** Longer texts have several lines. */
const LONG = 200

interface DetailInputProps {
  field: DetailField
  value: string
  error: string | undefined
  onChange: (text: string) => void
}

/** An optional field. */
function DetailInput({ field, value, error, onChange }: DetailInputProps) {
  const texts = useTexts()
  const common = { label: texts.details[field], hint: texts.detailHints[field], error, name: field, maxLength: MAX_LENGTHS[field], value }
  if (common.maxLength > LONG) return <TextArea {...common} onChange={(event) => onChange(event.target.value)} />
  return <Field {...common} autoComplete="off" onChange={(event) => onChange(event.target.value)} />
}

/** The placeholder while the session, or what is edited, is unknown. */
export const FormSkeleton = ({ fields = 4 }: { fields?: number }) => (
  <div className="form" aria-hidden="true">
    {Array.from({ length: fields }, (_, index) => (
      <div key={index} className="field">
        <span className="skeleton short" />
        <span className="skeleton" />
      </div>
    ))}
  </div>
)
