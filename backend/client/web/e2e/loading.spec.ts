// Pages while their data loads or fails to load.
import { expect, test, unique } from './support/test'

const BUSY = {
  status: 503,
  headers: { 'retry-after': '1' },
  json: { errors: [{ message: 'The service is not available, try again', code: 'unavailable' }] },
}

for (const [path, api] of [
  ['/', '**/api/tickets?*'],
  ['/orders', '**/api/orders?*'],
  ['/listings', '**/api/tickets?*'],
  ['/passes', '**/api/passes?*'],
  ['/orders', '**/api/users/currentuser'],
  ['/listings', '**/api/users/currentuser'],
] as const) {
  test(`${path} shows a skeleton, then the error of ${api}, then recovers`, async ({ someone }) => {
    const person = await (await someone()).signUp()
    const title = unique('Loading')
    const ticket = await person.list(title)
    await (path === '/passes' ? person.buy(ticket) : person.order(ticket))
    if (path !== '/orders') await person.list(title)
    const { page } = person
    await page.route(api, (route) => route.fulfill(BUSY))
    await page.goto(path === '/' ? '/?sort=newest' : path)
    await expect(page.locator('.skeleton').first()).toBeVisible()
    await expect(page.getByRole('alert')).toContainText('busy')
    await expect(page.locator('.skeleton')).toHaveCount(0)
    await page.unroute(api)
    await page.getByRole('button', { name: 'Try again' }).first().click()
    await expect(page.getByRole('link', { name: title }).first()).toBeVisible()
  })
}

for (const [name, api] of [
  ['ticket', '**/api/tickets/*'],
  ['order', '**/api/orders/*'],
  ['pass', '**/api/passes/*'],
] as const) {
  test(`page of one ${name} shows a skeleton, then the error, then recovers`, async ({ someone }) => {
    const person = await (await someone()).signUp()
    const ticket = await person.list(unique('Loading'))
    const order = await person.order(ticket)
    const { page } = person
    await page.route(api, (route) => route.fulfill(BUSY))
    const paths = { ticket: `/tickets/${ticket.id}`, order: `/orders/${order.id}`, pass: '' }
    if (name === 'pass') {
      await person.pay(order)
      await expect.poll(async () => (await person.get<{ id: string }[]>('/api/passes')).length).toBe(1)
      paths.pass = `/passes/${(await person.get<{ id: string }[]>('/api/passes'))[0]?.id}`
    }
    await page.goto(paths[name])
    await expect(page.locator('.skeleton').first()).toBeVisible()
    const skeleton = await page.locator('.ticket').boundingBox()
    await expect(page.getByRole('alert')).toContainText('busy')
    await page.unroute(api)
    await page.getByRole('button', { name: 'Try again' }).first().click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(ticket.title)
    // The ticket is where its skeleton was.
    const loaded = await page.locator('.ticket').boundingBox()
    expect([loaded?.x, loaded?.y, loaded?.width]).toEqual([skeleton?.x, skeleton?.y, skeleton?.width])
  })
}
