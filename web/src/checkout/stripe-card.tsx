// The card form of Stripe: a frame of theirs, so that a card's number never comes near this page.
import { type Ref, useEffect, useId, useImperativeHandle, useRef, useState } from 'react'

import { useSpeech } from '../texts/context'
import { Button } from '../ui/button'
import { Notice } from '../ui/notice'
import { type CardForm, CardProblem } from './card'
import { type Stripe, type StripeElement, loadStripe } from './stripe'

interface Mounted {
  stripe: Stripe
  card: StripeElement
}

export function StripeCard({ ref, publishableKey }: { ref: Ref<CardForm>; publishableKey: string }) {
  const { texts, language } = useSpeech()
  const id = useId()
  const place = useRef<HTMLDivElement>(null)
  const mounted = useRef<Mounted | null>(null)
  const [tries, setTries] = useState(0)
  const [state, setState] = useState<'loading' | 'ready' | 'failed'>('loading')
  const [fault, setFault] = useState('')
  useEffect(() => {
    let gone = false
    loadStripe(publishableKey).then(
      (stripe) => {
        if (gone || !place.current) return
        const card = stripe.elements({ locale: language }).create('card', { style: { base: look(place.current) }, hidePostalCode: true, disableLink: true })
        card.on('ready', () => setState('ready'))
        card.on('change', ({ error }) => setFault(error?.message ?? ''))
        card.mount(place.current)
        mounted.current = { stripe, card }
      },
      () => {
        if (!gone) setState('failed')
      },
    )
    return () => {
      gone = true
      mounted.current?.card.destroy()
      mounted.current = null
    }
  }, [publishableKey, language, tries])
  useImperativeHandle(
    ref,
    () => ({
      token: async () => {
        if (!mounted.current) throw new CardProblem(texts.card.stripeFailed)
        const { stripe, card } = mounted.current
        const { paymentMethod, error } = await stripe.createPaymentMethod({ type: 'card', card })
        if (!paymentMethod) throw new CardProblem(error?.message ?? texts.card.stripeFailed)
        return paymentMethod.id
      },
    }),
    [texts],
  )
  return (
    <div className="field">
      <span className="label" id={id}>
        {texts.card.stripe}
      </span>
      <p className="hint">{texts.card.stripeText}</p>
      <div ref={place} className="box stripe-box" role="group" aria-labelledby={id} aria-busy={state === 'loading'} />
      {state === 'loading' && <p className="hint">{texts.card.stripeLoading}</p>}
      {fault && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      {state === 'failed' && (
        <Notice tone="bad" alert>
          <p>{texts.card.stripeFailed}</p>
          <Button
            onClick={() => {
              setState('loading')
              setTries(tries + 1)
            }}
          >
            {texts.common.retry}
          </Button>
        </Notice>
      )}
    </div>
  )
}

/** Stripe's frame does not know our styles: it is told how text looks here. */
function look(element: HTMLElement): object {
  const { color, fontFamily, fontSize } = getComputedStyle(element)
  return { color, fontFamily, fontSize, '::placeholder': { color } }
}
