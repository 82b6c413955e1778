// The card form without Stripe: a choice of the test cards of the simulated provider.
import { type Ref, useImperativeHandle, useState } from 'react'

import { useTexts } from '../texts/context'
import { Notice } from '../ui/notice'
import type { CardForm } from './card'

/** The tokens of the simulated provider, and whether they succeed. */
const CARDS = [
  { token: 'tok_visa', good: true },
  { token: 'tok_mastercard', good: true },
  { token: 'tok_amex', good: true },
  { token: 'tok_chargeDeclined', good: false },
  { token: 'tok_chargeDeclinedInsufficientFunds', good: false },
  { token: 'tok_chargeCustomerFail', good: false },
] as const
type Token = (typeof CARDS)[number]['token']

export function SimulatedCard({ ref, initial }: { ref: Ref<CardForm>; initial: string | undefined }) {
  const texts = useTexts()
  const known = CARDS.find((card) => card.token === initial)?.token ?? 'tok_visa'
  const [chosen, choose] = useState<Token>(known)
  useImperativeHandle(ref, () => ({ token: () => Promise.resolve(chosen) }), [chosen])
  return (
    <>
      <Notice tone="info" title={texts.card.simulated}>
        <p>{texts.card.simulatedText}</p>
      </Notice>
      <fieldset className="cards">
        <legend>{texts.card.legend}</legend>
        {CARDS.map(({ token, good }) => (
          <label key={token} className="card-choice">
            <input type="radio" name="token" value={token} checked={token === chosen} onChange={() => choose(token)} />
            <span className="card-name">{texts.card.cards[token]}</span>
            <code lang="en">{token}</code>
            <span className={good ? 'badge available' : 'badge cancelled'}>{good ? texts.card.good : texts.card.bad}</span>
          </label>
        ))}
      </fieldset>
    </>
  )
}
