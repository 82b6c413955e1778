// The card form without Stripe: a choice of the test cards of the simulated provider.
import { type Ref, useImperativeHandle, useState } from 'react'

import { useTexts } from '../texts/context'
import type { CardForm } from './card'

/** The tokens of the simulated provider. The names of the cards say which fail. */
const CARDS = [
  'tok_visa',
  'tok_mastercard',
  'tok_amex',
  'tok_chargeDeclined',
  'tok_chargeDeclinedInsufficientFunds',
  'tok_chargeCustomerFail',
] as const
type Token = (typeof CARDS)[number]

export function SimulatedCard({ ref, initial }: { ref: Ref<CardForm>; initial: string | undefined }) {
  const texts = useTexts()
  const known = CARDS.find((token) => token === initial) ?? 'tok_visa'
  const [chosen, choose] = useState<Token>(known)
  useImperativeHandle(ref, () => ({ token: () => Promise.resolve(chosen) }), [chosen])
  return (
    <fieldset className="cards">
      <legend>{texts.card.legend}</legend>
      <p className="hint">
        <strong>{texts.card.simulated}</strong> <span>{texts.card.simulatedText}</span>
      </p>
      {CARDS.map((token) => (
        <label key={token} className="card-choice">
          <input type="radio" name="token" value={token} checked={token === chosen} onChange={() => choose(token)} />
          <span className="card-name">{texts.card.cards[token]}</span>
          <code lang="en">{token}</code>
        </label>
      ))}
    </fieldset>
  )
}
