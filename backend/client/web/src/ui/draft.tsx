// The form of a listing: title, price and what it says about its event. Selling and editing share it.
import { useState } from 'react'

import type { Draft } from '../api/tickets'
import { DETAILS, MAX_LENGTHS } from '../market/details'
import { startOf, whenOf } from '../market/zones'
import { normalizeAmount } from '../texts/amount'
import { useTexts } from '../texts/context'
import { Field, PriceField, TextArea, fieldsOf } from './field'
import { Form, Submit, useFieldErrors } from './form'
import { WhenField } from './when-field'

interface DraftFormProps {
  initial: Draft
  label: string
  error: unknown
  /** Whether an error without a field is shown elsewhere. */
  quiet?: boolean
  busy: boolean
  /** Whether another write must end first. */
  held?: boolean
  submit: string
  submitting: string
  /** Called with what is typed, so that the page can keep it. */
  onType?: (draft: Draft) => void
  onSubmit: (draft: Draft) => void
}

export function DraftForm({ initial, label, error, quiet = false, busy, held = false, submit, submitting, onType, onSubmit }: DraftFormProps) {
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
  const field = fieldsOf(draft, setDraft, fieldErrors.of)
  return (
    <Form
      label={label}
      error={error}
      fieldErrors={quiet ? { ...fieldErrors, general: undefined } : fieldErrors}
      busy={busy || held}
      isInvalid={startsAt === null || !isZoneMatched}
      onSubmit={() => onSubmit({ ...draft, startsAt: startsAt ?? '', price: normalizeAmount(draft.price) })}
    >
      <Field label={texts.form.titleField} hint={texts.form.titleHint} required {...field('title')} />
      <PriceField hint={texts.form.priceHint} {...field('price')} />
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
      {TEXTS.map((name) => {
        const common = { label: texts.details[name], hint: texts.detailHints[name], maxLength: MAX_LENGTHS[name], ...field(name) }
        return MAX_LENGTHS[name] > LONG ? <TextArea key={name} {...common} /> : <Field key={name} {...common} />
      })}
      <Submit busy={busy} held={held} label={submit} busyLabel={submitting} />
    </Form>
  )
}

/** The fields that are typed as they are. */
const TEXTS = DETAILS.filter((field) => field !== 'startsAt')

/** Longer texts have several lines. */
const LONG = 200

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
