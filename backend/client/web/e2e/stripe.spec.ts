// The card form of Stripe, with a fake of Stripe.js.
import { Person } from './support/person'
import { Stack } from './support/stack'
import { FakeStripe } from './support/stripe'
import { expect, test } from './support/test'

/** The part of Stripe.js that the page uses: a card element and a payment method. */
const FAKE_STRIPE_JS = `window.Stripe = (key) => ({
  elements: () => ({
    create: () => {
      let ready
      return {
        on: (event, listener) => { if (event === 'ready') ready = listener },
        mount: (place) => { place.textContent = 'card form of ' + key; setTimeout(() => ready({})) },
        destroy: () => {}, focus: () => {},
      }
    },
  }),
  createPaymentMethod: async () => ({ paymentMethod: { id: window.card ?? 'pm_card_visa' } }),
  handleNextAction: async ({ clientSecret }) =>
    (await window.bank(clientSecret)) ? {} : { error: { message: 'We are unable to authenticate your payment method.' } },
})`

test('payment uses the payment method of the Stripe form', async ({ browser }) => {
  const stack = await new Stack({
    TICKETING_STRIPE_KEY: 'sk_test_pages',
    TICKETING_STRIPE_PUBLISHABLE_KEY: 'pk_test_pages',
    // The payment itself fails: no server listens here.
    TICKETING_STRIPE_API_BASE: 'http://127.0.0.1:9',
  }).start()
  const context = await browser.newContext({ baseURL: stack.url })
  try {
    const complaints: string[] = []
    context.on('console', (message) => {
      if (/Content.Security.Policy/i.test(message.text())) complaints.push(message.text())
    })
    let requests = 0
    await context.route('https://js.stripe.com/**', (route) => {
      requests++
      return route.fulfill({ contentType: 'text/javascript', body: FAKE_STRIPE_JS })
    })
    const page = await context.newPage()
    const buyer = await new Person(page, context).signUp()
    const order = await buyer.order(await buyer.list('Tango night', 30))
    await page.goto('/')
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Market')
    expect(requests).toBe(0)
    await page.goto(`/orders/${order.id}`)
    await expect(page.getByRole('group', { name: 'Card' })).toHaveText('card form of pk_test_pages')
    await expect(page.getByText('Simulated payment')).toHaveCount(0)
    const request = page.waitForRequest((sent) => sent.url().endsWith('/api/payments') && sent.method() === 'POST')
    await page.getByRole('button', { name: 'Pay $30.00' }).click()
    expect((await request).postDataJSON()).toEqual({ orderId: order.id, token: 'pm_card_visa', canConfirm: true })
    await expect(page.getByRole('alert')).toContainText('you are charged at most once')
    expect(requests).toBe(1)
    expect(complaints).toEqual([])
  } finally {
    await context.close()
    await stack.finish()
  }
})

test('3-D Secure is confirmed or declined on the page, also after a reload', async ({ browser }) => {
  const stripe = await new FakeStripe().start()
  const stack = await new Stack({
    TICKETING_STRIPE_KEY: 'sk_test_pages',
    TICKETING_STRIPE_PUBLISHABLE_KEY: 'pk_test_pages',
    TICKETING_STRIPE_API_BASE: stripe.url,
  }).start()
  const context = await browser.newContext({ baseURL: stack.url })
  try {
    await context.route('https://js.stripe.com/**', (route) => route.fulfill({ contentType: 'text/javascript', body: FAKE_STRIPE_JS }))
    /** Decides the confirmation by the card holder. */
    let decide: (confirmed: boolean) => void = () => undefined
    const requests: string[] = []
    await context.exposeFunction('bank', async (secret: string) => {
      requests.push(secret)
      return stripe.confirm(secret, await new Promise<boolean>((resolve) => (decide = resolve)))
    })
    await context.addInitScript(() => Object.assign(window, { card: 'pm_card_authenticationRequired' }))
    const page = await context.newPage()
    const buyer = await new Person(page, context).signUp()
    const order = await buyer.order(await buyer.list('Confirmed concert', 30))
    await page.goto(`/orders/${order.id}`)
    const pay = page.getByRole('button', { name: 'Pay $30.00' })

    await expect(page.getByRole('group', { name: 'Card' })).toHaveText('card form of pk_test_pages')
    await pay.click()
    await expect(page.getByText('Your bank asks you to confirm this payment.')).toBeVisible()
    decide(false)
    await expect(page.getByRole('alert')).toContainText('The card was declined')
    await expect(page.getByText('Time left to pay')).toBeVisible()

    await pay.click()
    await expect.poll(() => requests.length).toBe(2)
    await page.reload()
    await expect.poll(() => requests.length).toBe(3)
    expect(requests[2]).toBe(requests[1])
    await expect(page.getByText('Your bank asks you to confirm this payment.')).toBeVisible()
    decide(true)
    await expect(page.getByRole('main').getByText('The ticket is yours')).toBeVisible()
    expect(stripe.intents.map(({ status }) => status)).toEqual(['requires_payment_method', 'succeeded'])
    const stored = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))
    expect(stored).not.toContain('secret')
  } finally {
    await context.close()
    await stack.finish()
    stripe.stop()
  }
})
