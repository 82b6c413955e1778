// Two tabs of one browser with two users: the tabs share the cookie.
import type { BrowserContext, Page } from '@playwright/test'

import { expect, test, unique } from './support/test'

/** Signs in as the other user in another tab of the same browser. */
async function signInElsewhere(context: BrowserContext, email: string): Promise<Page> {
  const tab = await context.newPage()
  await tab.goto('/auth/signout')
  await tab.getByRole('main').getByRole('button', { name: 'Sign out' }).click()
  await expect(tab.getByRole('heading', { level: 1 })).toHaveText('Signed out')
  await tab.goto('/auth/signin')
  await tab.getByLabel('E-mail').fill(email)
  await tab.getByLabel('Password', { exact: true }).fill('correct horse')
  await tab.getByRole('button', { name: 'Sign in' }).click()
  await expect(tab.locator('.account')).toHaveText(email)
  return tab
}

/** Disables BroadcastChannel in a tab, so that only the server reveals the change. */
const disableChannel = (page: Page) =>
  page.addInitScript(() => {
    Reflect.deleteProperty(window, 'BroadcastChannel')
  })

test('tab shows the new user and clears the forms of the former user', async ({ someone }) => {
  const [first, second] = [await someone(), await (await someone()).signUp()]
  await first.signUp()
  const { page, context } = first
  await page.goto('/tickets/new')
  await page.getByLabel('Title').fill('Written by the first user')
  await signInElsewhere(context, second.email)
  await expect(page.locator('.account')).toHaveText(second.email)
  await page.getByRole('link', { name: 'Sell' }).click()
  await expect(page.getByLabel('Title')).toHaveValue('')
})

test('order page of the former user is not found for the new user', async ({ someone }) => {
  const [seller, first, second] = [await someone(), await someone(), await someone()]
  await Promise.all([seller.signUp(), first.signUp(), second.signUp()])
  const order = await first.order(await seller.list(unique('Two tabs, one order')))
  const { page, context } = first
  await page.goto(`/orders/${order.id}`)
  await expect(page.getByRole('button', { name: 'Pay $20.00' })).toBeVisible()
  await signInElsewhere(context, second.email)
  await expect(page.locator('.account')).toHaveText(second.email)
  await page.goto(`/orders/${order.id}`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Order not found')
  await expect(page.getByRole('button', { name: /^Pay/ })).toHaveCount(0)
  await page.getByRole('link', { name: 'Your orders' }).click()
  await expect(page.getByText('You have not ordered anything yet.')).toBeVisible()
})

test('stale tab does not buy as the new user', async ({ someone }) => {
  const [seller, first, second] = [await someone(), await someone(), await someone()]
  await Promise.all([seller.signUp(), first.signUp(), second.signUp()])
  const ticket = await seller.list(unique('Bought by nobody'))
  const { page, context } = first
  await disableChannel(page)
  await page.goto(`/tickets/${ticket.id}`)
  await expect(page.getByRole('button', { name: 'Buy for $20.00' })).toBeVisible()
  // The cookie changes without a message or an event.
  await context.request.post('/api/users/signin', { data: { email: second.email, password: 'correct horse' } })
  await expect(page.locator('.account')).toHaveText(first.email)
  const answer = page.waitForResponse((response) => response.url().endsWith('/api/orders') && response.request().method() === 'POST')
  await page.getByRole('button', { name: 'Buy for $20.00' }).click()
  expect((await answer).status()).toBe(409)
  await expect(page.locator('.account')).toHaveText(second.email)
  expect(await second.get<unknown[]>('/api/orders')).toEqual([])
  // The page now shows the new user.
  await page.getByRole('button', { name: 'Buy for $20.00' }).click()
  await expect(page.getByText('Time left to pay')).toBeVisible()
  expect(await second.get<unknown[]>('/api/orders')).toHaveLength(1)
})

test('stale tab does not pay, sell or cancel as the new user', async ({ someone, browser, stack }) => {
  const [seller, first, second] = [await someone(), await someone(), await someone()]
  await Promise.all([seller.signUp(), first.signUp(), second.signUp()])
  const order = await first.order(await seller.list(unique('Paid by nobody')))
  const storage = await first.context.storageState()
  const still = await browser.newContext({ baseURL: stack.url, storageState: storage })
  for (const [path, button, dialog] of [
    [`/orders/${order.id}`, 'Pay $20.00', null],
    [`/orders/${order.id}`, 'Cancel the order', 'Cancel this order?'],
    ['/tickets/new', 'List the ticket', null],
  ] as const) {
    // Restore the cookie of the first user.
    await first.context.clearCookies()
    await first.context.addCookies(storage.cookies)
    const page = await first.context.newPage()
    await disableChannel(page)
    await page.goto(path)
    await expect(page.locator('.account')).toHaveText(first.email)
    await expect(page.getByRole('button', { name: button })).toBeVisible()
    await first.context.request.post('/api/users/signin', { data: { email: second.email, password: 'correct horse' } })
    const answer = page.waitForResponse((response) => response.status() === 409)
    await page.getByRole('button', { name: button }).click()
    if (dialog) await page.getByRole('dialog', { name: dialog }).getByRole('button', { name: button }).click()
    await answer
    await expect(page.locator('.account')).toHaveText(second.email)
    await page.close()
  }
  const orders = (await (await still.request.get('/api/orders')).json()) as { id: string; status: string }[]
  expect(orders.map(({ id, status }) => ({ id, status }))).toEqual([{ id: order.id, status: 'created' }])
  expect(await (await still.request.get('/api/payments')).json()).toEqual([])
  for (const path of ['/api/orders', '/api/payments', '/api/tickets?seller=me&status=all']) {
    expect(await second.get<unknown[]>(path), path).toEqual([])
  }
  await still.close()
})

test('typed listing survives another page and the end of the session, and no other account sees it', async ({ someone }) => {
  const seller = await (await someone()).signUp()
  const { page, context } = seller
  const title = unique('Long story')
  await page.goto('/tickets/new')
  await page.getByLabel('Title').fill(title)
  await page.getByLabel('Description').fill('Doors open at six.')
  await page.getByRole('link', { name: 'Orders' }).click()
  await page.goBack()
  await expect(page.getByLabel('Title')).toHaveValue(title)
  await page.getByLabel('Price').fill('12')
  await context.clearCookies()
  await page.getByRole('button', { name: 'List the ticket' }).click()
  await expect(page).toHaveURL('/auth/signin?next=%2Ftickets%2Fnew')
  await page.getByLabel('E-mail').fill(seller.email)
  await page.getByLabel('Password', { exact: true }).fill('correct horse')
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Title')).toHaveValue(title)
  await expect(page.getByLabel('Description')).toHaveValue('Doors open at six.')
  await context.clearCookies()
  await seller.post('/api/users/signup', { email: `${unique('other').replace(' ', '-')}@example.com`, password: 'correct horse' })
  await page.reload()
  await expect(page.getByLabel('Title')).toHaveValue('')
  await context.clearCookies()
  await seller.post('/api/users/signin', { email: seller.email, password: 'correct horse' })
  await page.reload()
  await page.getByRole('button', { name: 'List the ticket' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(title)
  await page.goto('/tickets/new')
  await expect(page.getByLabel('Title')).toHaveValue('')
})

test('door asks to sign in when its session has ended', async ({ someone }) => {
  const seller = await (await someone()).signUp()
  const { page, context } = seller
  await page.goto('/check-in')
  await expect(page.locator('.door-ready')).toContainText('Works without a network')
  await context.clearCookies()
  await page.getByLabel('Code', { exact: true }).fill('TK1NOTACODE')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL('/auth/signin?next=%2Fcheck-in', { timeout: 8000 })
})
