// Paying: cards that fail, answers that are lost, and people who are in a hurry.
import type { Order, Person } from './support/person'
import { expect, test, unique } from './support/test'

async function reserved(seller: Person, buyer: Person, title: string): Promise<Order> {
  await Promise.all([seller.signUp(), buyer.signUp()])
  return buyer.order(await seller.list(unique(title), 38))
}

test('a declined card leaves the ticket held, and another one pays', async ({ someone }) => {
  const [seller, buyer] = [await someone(), await someone()]
  const order = await reserved(seller, buyer, 'Opera')
  const { page } = buyer
  await page.goto(`/orders/${order.id}`)
  await expect(page.getByText('Simulated payment')).toBeVisible()
  await page.getByLabel('A card that is declined').check()
  await page.getByRole('button', { name: 'Pay $38.00' }).click()
  await expect(page.getByRole('alert')).toContainText('The card was declined')
  await expect(page.getByText('Time left to pay')).toBeVisible()
  await page.getByLabel('Visa').check()
  await page.getByRole('button', { name: 'Pay $38.00' }).click()
  await expect(page.getByRole('main').getByText('The ticket is yours')).toBeVisible()
})

test('a card that is refused in the end costs nothing', async ({ someone }) => {
  const [seller, buyer] = [await someone(), await someone()]
  const order = await reserved(seller, buyer, 'Circus')
  const { page } = buyer
  await page.goto(`/orders/${order.id}`)
  await page.getByLabel('A card that is refused at the end').check()
  await page.getByRole('button', { name: 'Pay $38.00' }).click()
  await expect(page.getByRole('main').getByText('This order was cancelled')).toBeVisible()
  await expect(page.getByText('You were not charged.')).toBeVisible()
})

test('a reload in the middle of paying finds out what became of it', async ({ someone }) => {
  const [seller, buyer] = [await someone(), await someone()]
  const order = await reserved(seller, buyer, 'Ballet')
  const { page } = buyer
  await page.goto(`/orders/${order.id}`)
  // The server takes the payment, and its answer never comes.
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

test('a payment that did not arrive is looked for after a reload, and paid once more', async ({ someone }) => {
  const [seller, buyer] = [await someone(), await someone()]
  const order = await reserved(seller, buyer, 'Chess match')
  const { page } = buyer
  await page.goto(`/orders/${order.id}`)
  await page.route('**/api/payments', (route) => route.abort('connectionreset'))
  await page.getByRole('button', { name: 'Pay $38.00' }).click()
  await expect(page.getByRole('alert')).toContainText('Nobody knows yet')
  await page.unroute('**/api/payments')
  await page.reload()
  await expect(page.getByRole('alert')).toContainText('The payment did not arrive')
  await page.getByRole('button', { name: 'Pay $38.00' }).click()
  await expect(page.getByRole('main').getByText('The ticket is yours')).toBeVisible()
  expect(await buyer.get<unknown[]>('/api/payments')).toHaveLength(1)
})

test('a payment whose outcome is unknown is repeated under the same key', async ({ someone }) => {
  const [seller, buyer] = [await someone(), await someone()]
  const order = await reserved(seller, buyer, 'Fencing')
  const { page } = buyer
  const keys: (string | undefined)[] = []
  page.on('request', (request) => {
    if (request.url().endsWith('/api/payments') && request.method() === 'POST') keys.push(request.headers()['idempotency-key'])
  })
  await page.goto(`/orders/${order.id}`)
  await page.route('**/api/payments', (route) => route.abort('connectionreset'))
  await page.getByRole('button', { name: 'Pay $38.00' }).click()
  await expect(page.getByRole('alert')).toContainText('Nobody knows yet')
  await page.unroute('**/api/payments')
  await page.getByRole('button', { name: 'Pay $38.00' }).click()
  await expect(page.getByRole('main').getByText('The ticket is yours')).toBeVisible()
  expect(keys).toHaveLength(2)
  expect(keys[0]).toMatch(/^web-[0-9a-f]{32}$/)
  expect(keys[1]).toBe(keys[0])
})

test('a refusal for good is not called unknown', async ({ someone }) => {
  const [seller, buyer] = [await someone(), await someone()]
  const order = await reserved(seller, buyer, 'Archery')
  const { page } = buyer
  await page.goto(`/orders/${order.id}`)
  for (const [status, code, words] of [
    [401, 'not_owner', 'This belongs to another account.'],
    [429, 'too_many_requests', 'Too many tries.'],
  ] as const) {
    await page.route('**/api/payments', (route) => route.fulfill({ status, json: { errors: [{ message: 'no', code }] } }))
    await page.getByRole('button', { name: 'Pay $38.00' }).click()
    await expect(page.getByRole('alert')).toContainText(words)
    await expect(page.getByText('Nobody knows yet')).toHaveCount(0)
    await page.unroute('**/api/payments')
  }
})

test('a double click reserves once, and pays once', async ({ someone }) => {
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

test('an order is cancelled, after a question', async ({ someone }) => {
  const [seller, buyer] = [await someone(), await someone()]
  const order = await reserved(seller, buyer, 'Poetry slam')
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

test('who comes second is told so', async ({ someone }) => {
  const [seller, first, second] = [await someone(), await someone(), await someone()]
  await Promise.all([seller.signUp(), first.signUp(), second.signUp()])
  const ticket = await seller.list(unique('Marathon start'), 38)
  await second.page.goto(`/tickets/${ticket.id}`)
  const buy = second.page.getByRole('button', { name: 'Buy for $38.00' })
  await expect(buy).toBeVisible()
  await second.page.route('**/api/orders', async (route) => {
    // Somebody else is faster by the length of a click.
    if (route.request().method() === 'POST') await first.order(ticket)
    await route.continue()
  })
  await buy.click()
  await expect(second.page.getByText('Reserved', { exact: true })).toBeVisible()
  await expect(second.page.getByText('Somebody is buying it.')).toBeVisible()
})
