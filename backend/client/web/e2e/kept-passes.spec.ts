// The codes of passes without a network: they are kept for their holder, and for as long as the holder is signed in.
import { type Page, expect } from '@playwright/test'

import { sell } from './support/door'
import type { Person } from './support/person'
import { readCode } from './support/picture'
import { test, unique } from './support/test'

const code = (page: Page) => page.getByRole('img', { name: /^Code of the ticket/ })
const stored = (page: Page) => page.evaluate(() => localStorage.getItem('passes') ?? '')

/** Opens the page of a pass, and waits until it opens without a network, too. */
async function openPass({ page }: Person, id: string): Promise<void> {
  await page.goto(`/passes/${id}`)
  await expect(code(page)).toBeVisible()
  await expect(page.getByText('In this browser the code also opens without a network.')).toBeVisible()
}

test('code is shown without a network after a reload, until its holder signs out', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const [pass] = await sell(seller, buyer, unique('Nocturne'), 1)
  if (!pass) throw new Error('a pass is expected')
  const { page, context } = buyer
  await openPass(buyer, pass.id)
  await context.setOffline(true)
  await page.setViewportSize({ width: 320, height: 640 })
  await page.reload()
  await expect(page.getByText(/^No connection: as of .+UTC$/)).toBeVisible()
  await expect(code(page)).toBeInViewport({ ratio: 1 })
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(pass.title)
  expect(await readCode(page, await code(page).screenshot())).toBe(pass.code)
  await expect(page.getByText('Seat 1')).toBeVisible()
  // Only what needs no server is offered.
  await expect(page.getByRole('button', { name: 'Print' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Give away' })).toHaveCount(0)
  await page.goto('/passes')
  await expect(page.getByText(/^No connection: as of/)).toBeVisible()
  await page.getByRole('link', { name: pass.title }).click()
  await expect(code(page)).toBeVisible()

  await context.setOffline(false)
  await expect(page.getByRole('button', { name: 'Give away' })).toBeVisible()
  await expect(page.getByText(/^No connection/)).toHaveCount(0)
  await page.goto('/auth/signout')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Signed out')
  expect(await stored(page)).toBe('')
  await context.setOffline(true)
  await page.goto(`/passes/${pass.id}`)
  await expect(page.locator('.skeleton').first()).toBeVisible()
  await expect(page.getByText(/^You are offline/)).toBeVisible()
  await expect(code(page)).toHaveCount(0)
})

test('code that was given away meanwhile is forgotten by the next page', async ({ someone }) => {
  const [seller, buyer, friend] = [await (await someone()).signUp(), await (await someone()).signUp(), await (await someone()).signUp()]
  const [given, held] = await sell(seller, buyer, unique('Serenade'), 2)
  if (!given || !held) throw new Error('two passes are expected')
  const { page, context } = buyer
  await openPass(buyer, given.id)
  await openPass(buyer, held.id)
  expect(await stored(page)).toContain(given.code)
  await page.goto('about:blank')
  const { claimCode } = (await buyer.post(`/api/passes/${given.id}/transfer`, {})) as { claimCode: string }
  await friend.post('/api/passes/claims', { claimCode })
  await page.goto('/')
  await expect.poll(() => stored(page)).not.toContain(given.code)
  expect(await stored(page)).toContain(held.code)
  await context.setOffline(true)
  await page.goto(`/passes/${held.id}`)
  await expect(code(page)).toBeVisible()
})

for (const [who, signsIn] of [['another user', true], ['a visitor after a session that has ended', false]] as const) {
  test(`${who} sees no code of the user before`, async ({ someone }) => {
    const [seller, buyer, other] = [await (await someone()).signUp(), await (await someone()).signUp(), await (await someone()).signUp()]
    const [pass] = await sell(seller, buyer, unique('Elegy'), 1)
    if (!pass) throw new Error('a pass is expected')
    const { page, context } = buyer
    await openPass(buyer, pass.id)
    await page.goto('about:blank')
    await context.clearCookies()
    if (signsIn) await context.addCookies(await other.context.cookies())
    await page.goto('/')
    await expect.poll(() => stored(page)).toBe('')
    await context.setOffline(true)
    await page.goto(`/passes/${pass.id}`)
    await expect(page.getByText(/^You are offline/)).toBeVisible()
    await expect(code(page)).toHaveCount(0)
  })
}

test('page says from when its ticket is while the server does not answer', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const [pass] = await sell(seller, buyer, unique('Ballade'), 1)
  if (!pass) throw new Error('a pass is expected')
  const { page } = buyer
  await openPass(buyer, pass.id)
  await page.getByRole('button', { name: 'Give away' }).click()
  const claimCode = await page.getByLabel('Claim code').inputValue()
  await page.route('**/api/**', (route) => route.abort())
  await expect(page.getByText(/^No connection: as of/)).toBeVisible()
  await expect(code(page)).toBeVisible()
  // What is shown once stays.
  await expect(page.getByLabel('Claim code')).toHaveValue(claimCode)
  await page.unroute('**/api/**')
  await expect(page.getByText(/^No connection/)).toHaveCount(0)
})

for (const path of ['/passes', '/passes/']) {
  test(`${path} shows what is kept while the server is down, and is up to date by itself once it is back`, async ({ someone }) => {
    const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
    const [pass] = await sell(seller, buyer, unique('Barcarole'), 1)
    if (!pass) throw new Error('a pass is expected')
    const { page } = buyer
    await openPass(buyer, pass.id)
    await page.route('**/api/**', (route) => route.fulfill({ status: 503, json: { errors: [{ message: 'The service is not available', code: 'unavailable' }] } }))
    await page.goto(path === '/passes' ? path : path + pass.id)
    await expect(page.getByText(/^No connection: as of/)).toBeVisible()
    await expect(path === '/passes' ? page.getByRole('link', { name: pass.title }) : code(page)).toBeVisible()
    await page.unroute('**/api/**')
    await expect(page.getByText(/^No connection/)).toHaveCount(0)
    // The session is known again.
    await expect(page.locator('.account .email')).toHaveText(buyer.email)
    await expect(page.getByRole('alert')).toHaveCount(0)
  })
}
