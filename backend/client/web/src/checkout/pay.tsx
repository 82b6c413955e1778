// The payment form of an order.
import { type FormEvent, type Ref, useRef, useState } from 'react'

import { pendingAttempt } from '../api/attempts'
import { paymentPurpose, PaymentNotFound } from '../api/payments'
import { ApiError, isCode } from '../api/problem'
import type { Order } from '../api/types'
import { useI18n } from '../texts/context'
import { declineReason, errorText } from '../texts/errors'
import { Button } from '../ui/button'
import { ErrorNotice } from '../ui/failure'
import { Late } from '../ui/late'
import { Notice } from '../ui/notice'
import { type CardForm, CardError, stripeKey } from './card'
import type { PaymentMutation, Stage } from './payment'
import { SimulatedCard } from './simulated'
import { StripeCard } from './stripe-card'

/** `held`: another write of the order must end first. */
export function PayForm({ order, paying, stage, held }: { order: Order; paying: PaymentMutation; stage: Stage; held: boolean }) {
  const { texts, format } = useI18n()
  const card = useRef<CardForm>(null)
  const asked = useRef(false)
  const [problem, setProblem] = useState('')
  const busy = paying.isPending || paying.isSuccess
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    // The card form may take time to respond; prevent a second submission meanwhile.
    if (busy || held || asked.current || !card.current) return
    asked.current = true
    setProblem('')
    try {
      paying.mutate(await card.current.token())
    } catch (error) {
      setProblem(error instanceof CardError ? error.message : texts.card.stripeFailed)
    } finally {
      asked.current = false
    }
  }
  return (
    <form className="form" noValidate aria-label={texts.order.payTitle} onSubmit={(event) => void submit(event)}>
      <CardFields ref={card} initial={paying.variables ?? undefined} />
      {paying.isError && <PayError error={paying.error} isUnknown={pendingAttempt(paymentPurpose(order.userId, order.id)) !== null} />}
      {problem && <Notice tone="bad" alert text={problem} />}
      <Button type="submit" variant="primary" wide busy={busy} disabled={held}>
        {busy ? texts.order.paying : texts.order.pay(format.money(order.ticket.price))}
      </Button>
      <Late busy={held || (paying.isPending && stage !== 'confirming')} hint={busy ? texts.order[stage] : ''} />
    </form>
  )
}

function CardFields({ ref, initial }: { ref: Ref<CardForm>; initial: string | undefined }) {
  const key = stripeKey()
  return key ? <StripeCard ref={ref} publishableKey={key} /> : <SimulatedCard ref={ref} initial={initial} />
}

/** `isUnknown` is whether the payment may have succeeded. */
function PayError({ error, isUnknown }: { error: Error; isUnknown: boolean }) {
  const { texts } = useI18n()
  if (isCode(error, 'card_declined') && error instanceof ApiError) {
    const reason = declineReason(texts, error)
    return (
      <Notice tone="bad" title={texts.order.declined} alert>
        {reason !== null && <p>{reason}</p>}
        <p>{texts.order.declinedHint}</p>
      </Notice>
    )
  }
  if (error instanceof PaymentNotFound) {
    const name = error.hasFailed ? 'failed' : 'notFound'
    return <Notice tone="warn" title={texts.order[name]} alert text={texts.order[`${name}Hint`]} />
  }
  if (!isUnknown) return <ErrorNotice error={error} />
  return (
    <Notice tone="warn" title={texts.order.unknown} alert>
      <p>{errorText(texts, error)}</p>
      <p>{texts.order.unknownHint}</p>
    </Notice>
  )
}
