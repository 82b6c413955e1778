// Payments: declined cards, lost responses, double clicks and competing buyers.
import type { Order, Person } from './support/person'
import { loseResponse } from './support/responses'
import { expect, test, unique } from './support/test'

async function reserve(seller: Person, buyer: Person, title: string): Promise<Order> {
  await Promise.all([seller.signUp(), buyer.signUp()])
  return buyer.order(await seller.list(unique(title), 38))
}

test('declined card keeps the reservation and another card pays', async ({ someone }) => {
  const [seller, buyer] = [await someone(), await someone()]
  const order = await reserve(seller, buyer, 'Opera')
  const { page } = buyer
  await page.goto(`/orders/${order.id}`)
  await expect(page.getByText('Simulated payment')).toBeVisible()
  await page.getByLabel('A card that is declined').check()
  await page.getByRole('button', { name: 'Pay $38.00' }).click()
  await expect(page.getByRole('alert')).toHaveText('The card was declinedThe ticket is still reserved for you. Try another card.')
  await expect(page.getByText('Time left to pay')).toBeVisible()
  await page.getByLabel('Visa').check()
  await page.getByRole('button', { name: 'Pay $38.00' }).click()
  await expect(page.getByRole('main').getByText('The ticket is yours')).toBeVisible()
})

test('failed capture cancels the order without a charge', async ({ someone }) => {
  const [seller, buyer] = [await someone(), await someone()]
  const order = await reserve(seller, buyer, 'Circus')
  const { page } = buyer
  await page.goto(`/orders/${order.id}`)
  await page.getByLabel('A card whose capture fails').check()
  await page.getByRole('button', { name: 'Pay $38.00' }).click()
  await expect(page.getByRole('main').getByText('This order was cancelled')).toBeVisible()
  await expect(page.getByText('You were not charged.')).toBeVisible()
})

test('reload during a payment shows its outcome', async ({ someone }) => {
  const [seller, buyer] = [await someone(), await someone()]
  const order = await reserve(seller, buyer, 'Ballet')
  const { page } = buyer
  await page.goto(`/orders/${order.id}`)
  // The server receives the payment, but the response is lost.
  const arrived = new Promise<void>((done) => {
    void page.route('**/api/payments', async (route) => {
      if (route.request().method() !== 'POST') return route.fallback()
      await route.fetch()
      done()
    })
  })
  await page.getByRole('button', { name: 'Pay $38.00' }).click()
  await arrived
  await page.unroute('**/api/payments')
  await page.reload()
  await expect(page.getByRole('main').getByText('The ticket is yours')).toBeVisible()
  expect(await buyer.get<unknown[]>('/api/payments')).toHaveLength(1)
})

test('lost payment request is reported after a reload and can be repeated', async ({ someone }) => {
  const [seller, buyer] = [await someone(), await someone()]
  const order = await reserve(seller, buyer, 'Chess match')
  const { page } = buyer
  await page.goto(`/orders/${order.id}`)
  await page.route('**/api/payments', (route) => route.abort('connectionreset'))
  await page.getByRole('button', { name: 'Pay $38.00' }).click()
  await expect(page.getByRole('alert')).toContainText('It is not known whether')
  await page.unroute('**/api/payments')
  await page.reload()
  await expect(page.getByRole('alert')).toContainText('The payment did not arrive')
  await page.getByRole('button', { name: 'Pay $38.00' }).click()
  await expect(page.getByRole('main').getByText('The ticket is yours')).toBeVisible()
  expect(await buyer.get<unknown[]>('/api/payments')).toHaveLength(1)
})

test('declined payment whose response was lost is not shown as missing after a reload', async ({ someone }) => {
  const [seller, buyer] = [await someone(), await someone()]
  const order = await reserve(seller, buyer, 'Judo')
  const { page } = buyer
  await page.goto(`/orders/${order.id}`)
  await page.getByLabel('A card that is declined').check()
  await loseResponse(page, 'POST', /\/api\/payments$/)
  await page.getByRole('button', { name: 'Pay $38.00' }).click()
  await expect(page.getByRole('alert')).toContainText('It is not known whether')
  await page.reload()
  await expect(page.getByRole('alert')).toContainText('No payment of this order has succeeded')
  await page.getByRole('button', { name: 'Pay $38.00' }).click()
  await expect(page.getByRole('main').getByText('The ticket is yours')).toBeVisible()
})

test('payment with unknown outcome is retried with the same key', async ({ someone }) => {
  const [seller, buyer] = [await someone(), await someone()]
  const order = await reserve(seller, buyer, 'Fencing')
  const { page } = buyer
  const keys: (string | undefined)[] = []
  page.on('request', (request) => {
    if (request.url().endsWith('/api/payments') && request.method() === 'POST') keys.push(request.headers()['idempotency-key'])
  })
  await page.goto(`/orders/${order.id}`)
  await page.route('**/api/payments', (route) => route.abort('connectionreset'))
  await page.getByRole('button', { name: 'Pay $38.00' }).click()
  await expect(page.getByRole('alert')).toContainText('It is not known whether')
  await page.unroute('**/api/payments')
  await page.getByRole('button', { name: 'Pay $38.00' }).click()
  await expect(page.getByRole('main').getByText('The ticket is yours')).toBeVisible()
  expect(keys).toHaveLength(2)
  expect(keys[0]).toMatch(/^web-[0-9a-f]{32}$/)
  expect(keys[1]).toBe(keys[0])
})

test('final rejection is not shown as unknown', async ({ someone }) => {
  const [seller, buyer] = [await someone(), await someone()]
  const order = await reserve(seller, buyer, 'Archery')
  const { page } = buyer
  await page.goto(`/orders/${order.id}`)
  for (const [status, code, words] of [
    [401, 'not_owner', 'This belongs to another account.'],
    [429, 'too_many_requests', 'Too many attempts.'],
  ] as const) {
    await page.route('**/api/payments', (route) => route.fulfill({ status, json: { errors: [{ message: 'no', code }] } }))
    await page.getByRole('button', { name: 'Pay $38.00' }).click()
    await expect(page.getByRole('alert')).toContainText(words)
    await expect(page.getByText('It is not known whether')).toHaveCount(0)
    await page.unroute('**/api/payments')
  }
})

test('double click reserves once and pays once', async ({ someone }) => {
  const [seller, buyer] = [await someone(), await someone()]
  await Promise.all([seller.signUp(), buyer.signUp()])
  const ticket = await seller.list(unique('Regatta'), 38)
  const { page } = buyer
  const sent: string[] = []
  page.on('request', (request) => {
    if (request.method() === 'POST') sent.push(new URL(request.url()).pathname)
  })
  await page.goto(`/tickets/${ticket.id}`)
  await page.getByRole('button', { name: 'Buy for $38.00' }).dblclick()
  await page.getByRole('button', { name: 'Pay $38.00' }).dblclick()
  await expect(page.getByRole('main').getByText('The ticket is yours')).toBeVisible()
  expect(sent).toEqual(['/api/orders', '/api/payments'])
  expect(await buyer.get<unknown[]>('/api/orders')).toHaveLength(1)
  expect(await buyer.get<unknown[]>('/api/payments')).toHaveLength(1)
})

test('order is cancelled after confirmation', async ({ someone }) => {
  const [seller, buyer] = [await someone(), await someone()]
  const order = await reserve(seller, buyer, 'Poetry slam')
  const { page } = buyer
  await page.goto(`/orders/${order.id}`)
  await page.getByRole('button', { name: 'Cancel the order' }).click()
  const dialog = page.getByRole('dialog', { name: 'Cancel this order?' })
  await dialog.getByRole('button', { name: 'Keep the order' }).click()
  await expect(dialog).toHaveCount(0)
  await page.getByRole('button', { name: 'Cancel the order' }).click()
  await dialog.getByRole('button', { name: 'Cancel the order' }).click()
  await expect(page.getByRole('main').getByText('This order was cancelled')).toBeVisible()
})

test('second buyer sees that the ticket is reserved', async ({ someone }) => {
  const [seller, first, second] = [await someone(), await someone(), await someone()]
  await Promise.all([seller.signUp(), first.signUp(), second.signUp()])
  const ticket = await seller.list(unique('Marathon start'), 38)
  await second.page.goto(`/tickets/${ticket.id}`)
  const buy = second.page.getByRole('button', { name: 'Buy for $38.00' })
  await expect(buy).toBeVisible()
  await second.page.route('**/api/orders', async (route) => {
    // The other buyer orders between the click and the request.
    if (route.request().method() === 'POST') await first.order(ticket)
    await route.continue()
  })
  await buy.click()
  await expect(second.page.getByText('Reserved', { exact: true })).toBeVisible()
  await expect(second.page.getByText('Another buyer has reserved this ticket.')).toBeVisible()
})
