// Where a card comes from: the form of Stripe where its key is set, else a choice of test cards.

/** What a form of a card can do: give the token that stands for it. It throws `CardProblem` where it cannot. */
export interface CardForm {
  token: () => Promise<string>
}

/** The card could not be taken, in words for the buyer. */
export class CardProblem extends Error {
  override name = 'CardProblem'
}

/** The publishable key, as the server has written it into the page; empty where cards are simulated. */
export const stripeKey = (): string =>
  document.querySelector<HTMLMetaElement>('meta[name="ticketing-stripe-key"]')?.content.trim() ?? ''
