// The source of card tokens: the card form of Stripe if its key is set, otherwise a choice of test cards.

/** Creates the token of the card. Throws `CardError`. */
export interface CardForm {
  token: () => Promise<string>
}

/** The card was rejected. The message is for the buyer. */
export class CardError extends Error {
  override name = 'CardProblem'
}

/** Returns the publishable key that the server has written into the page, or an empty string with simulated cards. */
export const stripeKey = (): string =>
  document.querySelector<HTMLMetaElement>('meta[name="ticketing-stripe-key"]')?.content.trim() ?? ''
