// Browsers whose storage is missing, denied or full.
import { expect, test, unique } from './support/test'

const STORAGES = {
  'is null': () => {
    for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, { get: () => null })
  },
  'is denied': () => {
    for (const name of ['localStorage', 'sessionStorage']) {
      Object.defineProperty(window, name, {
        get: () => {
          throw new DOMException('refused', 'SecurityError')
        },
      })
    }
  },
  'is full': () => {
    Storage.prototype.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError')
    }
  },
}

for (const [kind, script] of Object.entries(STORAGES)) {
  test(`purchase works if storage ${kind}`, async ({ someone }) => {
    const person = await (await someone()).signUp()
    const buyer = await (await someone()).signUp()
    const title = unique('No storage')
    await person.context.addInitScript(script)
    await buyer.context.addInitScript(script)
    await person.page.goto('/tickets/new')
    await person.page.getByLabel('Title').fill(title)
    await person.page.getByLabel('Price').fill('12')
    await person.page.getByRole('button', { name: 'List the ticket' }).click()
    await expect(person.page.getByRole('heading', { level: 1 })).toHaveText(title)
    const { page } = buyer
    await page.goto(new URL(person.page.url()).pathname)
    await page.getByRole('button', { name: 'Buy for $12.00' }).click()
    await page.getByRole('button', { name: 'Pay $12.00' }).click()
    await expect(page.getByRole('main').getByText('The ticket is yours')).toBeVisible()
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByLabel('Dark').check()
    await page.getByLabel('日本語').check()
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
    await expect(page.getByRole('main').getByText('チケットはあなたのものです')).toBeVisible()
  })
}

test('card token is not stored', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const order = await buyer.order(await seller.list(unique('Secret card')))
  const { page } = buyer
  await page.goto(`/orders/${order.id}`)
  await page.route('**/api/payments', (route) => route.abort('connectionreset'))
  await page.getByRole('button', { name: 'Pay $20.00' }).click()
  await expect(page.getByRole('alert')).toContainText('It is not known whether')
  const stored = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))
  expect(stored).toContain(order.id)
  expect(stored).not.toContain('tok_')
})
