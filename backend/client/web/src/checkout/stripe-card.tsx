// The card form of Stripe: an iframe of Stripe, so that the card number never reaches this page.
import { type Ref, useEffect, useId, useImperativeHandle, useRef, useState } from 'react'

import { useI18n } from '../texts/context'
import { Button } from '../ui/button'
import { Notice } from '../ui/notice'
import { type CardForm, CardError } from './card'
import { type Stripe, type StripeElement, loadStripe } from './stripe'

interface Mounted {
  stripe: Stripe
  card: StripeElement
}

export function StripeCard({ ref, publishableKey }: { ref: Ref<CardForm>; publishableKey: string }) {
  const { texts, language } = useI18n()
  const id = useId()
  const container = useRef<HTMLDivElement>(null)
  const mounted = useRef<Mounted | null>(null)
  const [tries, setTries] = useState(0)
  const [state, setState] = useState<'loading' | 'ready' | 'failed'>('loading')
  const [error, setError] = useState('')
  useEffect(() => {
    let unmounted = false
    loadStripe(publishableKey).then(
      (stripe) => {
        if (unmounted || !container.current) return
        const card = stripe.elements({ locale: language }).create('card', { style: { base: textStyle(container.current) }, hidePostalCode: true, disableLink: true })
        card.on('ready', () => setState('ready'))
        card.on('change', ({ error }) => setError(error?.message ?? ''))
        card.mount(container.current)
        mounted.current = { stripe, card }
      },
      () => {
        if (!unmounted) setState('failed')
      },
    )
    return () => {
      unmounted = true
      mounted.current?.card.destroy()
      mounted.current = null
    }
  }, [publishableKey, language, tries])
  useImperativeHandle(
    ref,
    () => ({
      token: async () => {
        if (!mounted.current) throw new CardError(texts.card.stripeFailed)
        const { stripe, card } = mounted.current
        const { paymentMethod, error } = await stripe.createPaymentMethod({ type: 'card', card })
        if (!paymentMethod) throw new CardError(error?.message ?? texts.card.stripeFailed)
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
      <div ref={container} className="box stripe-box" role="group" aria-labelledby={id} aria-busy={state === 'loading'} />
      {state === 'loading' && <p className="hint">{texts.card.stripeLoading}</p>}
      {error && (
        <p className="field-error" role="alert">
          {error}
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

/** Returns the text style of the page for the iframe of Stripe, which cannot see the styles of the page. */
function textStyle(element: HTMLElement): object {
  const { color, fontFamily, fontSize } = getComputedStyle(element)
  return { color, fontFamily, fontSize, '::placeholder': { color } }
}
