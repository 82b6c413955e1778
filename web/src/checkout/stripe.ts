// Loads Stripe.js, from Stripe, where a card is to be typed and nowhere else. Only what is used of it is typed here.

export interface StripeElement {
  mount: (place: HTMLElement) => void
  destroy: () => void
  on: (event: 'ready' | 'change', listener: (change: { error?: { message: string } }) => void) => void
  focus: () => void
}

export interface StripeElements {
  create: (kind: 'card', options: { style: object; hidePostalCode: boolean; disableLink: boolean }) => StripeElement
}

export interface Stripe {
  elements: (options: { locale: string }) => StripeElements
  createPaymentMethod: (of: { type: 'card'; card: StripeElement }) => Promise<{
    paymentMethod?: { id: string }
    error?: { message?: string }
  }>
  /** Has the owner of a card confirm it, in a frame of the card's bank. */
  handleNextAction: (of: { clientSecret: string }) => Promise<{ error?: { message?: string } }>
}

declare global {
  interface Window {
    Stripe?: (key: string) => Stripe
  }
}

const SOURCE = 'https://js.stripe.com/v3/'
let loading: Promise<(key: string) => Stripe> | null = null

/** Stripe for a key. A load that failed is tried anew the next time. */
export async function loadStripe(key: string): Promise<Stripe> {
  loading ??= script().catch((error: unknown) => {
    loading = null
    throw error
  })
  return (await loading)(key)
}

/**
 * Has the owner of a card confirm it (3-D Secure). Whether it was confirmed, the marketplace learns from Stripe; the page only
 * waits for the end of it. Throws where Stripe.js cannot be loaded.
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
