// Loads Stripe.js from Stripe when a card form is shown. Only the used part of its API is typed here.

export interface StripeElement {
  mount: (place: HTMLElement) => void
  destroy: () => void
  on: (event: 'ready' | 'change', listener: (change: { error?: { message: string } }) => void) => void
}

interface StripeElements {
  create: (kind: 'card', options: { style: object; hidePostalCode: boolean; disableLink: boolean }) => StripeElement
}

export interface Stripe {
  elements: (options: { locale: string }) => StripeElements
  createPaymentMethod: (of: { type: 'card'; card: StripeElement }) => Promise<{
    paymentMethod?: { id: string }
    error?: { message?: string }
  }>
  /** Asks the card holder to confirm the payment, in a frame of the bank. */
  handleNextAction: (of: { clientSecret: string }) => Promise<{ error?: { message?: string } }>
}

declare global {
  interface Window {
    Stripe?: (key: string) => Stripe
  }
}

const SOURCE = 'https://js.stripe.com/v3/'
let loading: Promise<(key: string) => Stripe> | null = null

/** Returns Stripe for a key. A failed load is retried on the next call. */
export async function loadStripe(key: string): Promise<Stripe> {
  loading ??= script().catch((error: unknown) => {
    loading = null
    throw error
  })
  return (await loading)(key)
}

/**
 * Asks the card holder to confirm a payment (3-D Secure) and waits until the dialog ends. The server learns the result from Stripe.
 * Throws if Stripe.js cannot be loaded.
 */
export async function confirmCard(key: string, clientSecret: string): Promise<void> {
  const stripe = await loadStripe(key)
  await stripe.handleNextAction({ clientSecret })
}

function script(): Promise<(key: string) => Stripe> {
  return new Promise((resolve, reject) => {
    const element = document.createElement('script')
    element.src = SOURCE
    element.onload = () => (window.Stripe ? resolve(window.Stripe) : reject(new Error('Stripe.js has nothing in it')))
    element.onerror = () => {
      element.remove()
      reject(new Error('Stripe.js could not be loaded'))
    }
    document.head.append(element)
  })
}
