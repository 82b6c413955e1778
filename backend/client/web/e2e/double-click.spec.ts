// A double click on a button that changes something sends one request.
import type { Locator, Page } from '@playwright/test'

import type { Person } from './support/person'
import { expect, test, unique } from './support/test'

const startsAt = `${new Date(Date.now() + 30 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10)}T19:30:00+01:00`

const CLICKS: Record<string, (button: Locator) => Promise<void>> = {
  'double click': (button) => button.dblclick(),
  // Before the page is drawn again, and without the count that a browser gives the clicks of a mouse.
  'two clicks at once': (button) =>
    button.evaluate((element: HTMLElement) => {
      element.click()
      element.click()
    }),
}

/** Records what the page writes. */
function writesOf(page: Page): string[] {
  const writes: string[] = []
  page.on('request', (request) => {
    if (request.method() !== 'GET') writes.push(`${request.method()} ${new URL(request.url()).pathname.replace(/[0-9a-f-]{36}/, '*')}`)
  })
  return writes
}

const button = (page: Page, name: string, within: Page | Locator = page) => within.getByRole('button', { name, exact: true })
const people = async (someone: () => Promise<Person>) => [await (await someone()).signUp(), await (await someone()).signUp()] as const

for (const [kind, click] of Object.entries(CLICKS)) {
  test(`${kind} lists, saves and withdraws once`, async ({ someone }) => {
    const { page } = await (await someone()).signUp()
    const writes = writesOf(page)
    await page.goto('/tickets/new')
    const title = unique('Serenade')
    await page.getByLabel('Title').fill(title)
    await page.getByLabel('Price in US dollars').fill('20')
    await click(button(page, 'List the ticket'))
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(title)
    expect(writes).toEqual(['POST /api/tickets'])
    await page.getByRole('link', { name: 'Edit' }).click()
    await page.getByLabel('Price in US dollars').fill('21')
    await click(button(page, 'Save'))
    await expect(page.getByText('$21.00')).toBeVisible()
    expect(writes.slice(1)).toEqual(['PUT /api/tickets/*'])
    await button(page, 'Withdraw').click()
    await click(button(page, 'Withdraw', page.getByRole('dialog')))
    await expect(page).toHaveURL('/listings')
    expect(writes.slice(2)).toEqual(['DELETE /api/tickets/*'])
  })

  test(`${kind} buys, pays and cancels once`, async ({ someone }) => {
    const [seller, buyer] = await people(someone)
    const [bought, left] = [await seller.list(unique('Toccata'), 38), await seller.list(unique('Passacaglia'), 39)]
    const { page } = buyer
    const writes = writesOf(page)
    await page.goto(`/tickets/${bought.id}`)
    await click(button(page, 'Buy for $38.00'))
    await expect(page.getByRole('timer')).toBeVisible()
    expect(writes).toEqual(['POST /api/orders'])
    await click(button(page, 'Pay $38.00'))
    await expect(page.getByRole('main').getByText('The ticket is yours')).toBeVisible()
    expect(writes.slice(1)).toEqual(['POST /api/payments'])
    const order = await buyer.order(left)
    await page.goto(`/orders/${order.id}`)
    await button(page, 'Cancel the order').click()
    await click(button(page, 'Cancel the order', page.getByRole('dialog')))
    await expect(page.getByText('This order was cancelled').first()).toBeVisible()
    expect(writes.slice(2)).toEqual(['DELETE /api/orders/*'])
  })

  test(`${kind} gives away, takes back, resells, and withdraws that once`, async ({ someone }) => {
    const [seller, buyer] = await people(someone)
    const pass = await buyer.buy(await seller.list(unique('Scherzo'), 38, { startsAt }))
    const { page } = buyer
    const writes = writesOf(page)
    await page.goto(`/passes/${pass.id}`)
    await click(button(page, 'Give away'))
    await expect(button(page, 'Take back')).toBeVisible()
    expect(writes).toEqual(['POST /api/passes/*/transfer'])
    await click(button(page, 'Take back'))
    await expect(button(page, 'Give away')).toBeVisible()
    expect(writes.slice(1)).toEqual(['DELETE /api/passes/*/transfer'])
    await page.locator('summary').click()
    await click(button(page, 'List for resale'))
    await expect(button(page, 'Withdraw the listing')).toBeVisible()
    expect(writes.slice(2)).toEqual(['POST /api/passes/*/resale'])
    await click(button(page, 'Withdraw the listing'))
    await expect(button(page, 'Give away')).toBeVisible()
    expect(writes.slice(3)).toEqual(['DELETE /api/tickets/*'])
  })

  test(`${kind} claims, checks in and signs out once`, async ({ someone }) => {
    const [seller, buyer] = await people(someone)
    const pass = await buyer.buy(await seller.list(unique('Gavotte'), 38, { startsAt }))
    const { claimCode } = (await buyer.post(`/api/passes/${pass.id}/transfer`, {})) as { claimCode: string }
    const friend = await (await someone()).signUp()
    const claims = writesOf(friend.page)
    await friend.page.goto(`/claim#${claimCode}`)
    await click(button(friend.page, 'Claim the ticket'))
    await expect(friend.page.getByRole('img', { name: /^Code of the ticket/ })).toBeVisible()
    expect(claims).toEqual(['POST /api/passes/claims'])
    const [claimed] = await friend.get<{ code: string }[]>('/api/passes')
    const { page } = seller
    const writes = writesOf(page)
    await page.goto('/check-in')
    for (const [code, verdict] of [[claimed?.code, 'Admitted'], [pass.code, 'Refused']] as const) {
      writes.length = 0
      await page.getByLabel('Code', { exact: true }).fill(code ?? '')
      await click(button(page, 'Check in'))
      await expect(page.locator('.verdict')).toContainText(verdict)
      expect(writes).toEqual(['POST /api/passes/check-ins'])
    }
    writes.length = 0
    await button(page, 'Settings').click()
    await click(button(page, 'Sign out'))
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Signed out')
    expect(writes).toEqual(['POST /api/users/signout'])
    await friend.page.goto('/auth/signout')
    await click(button(friend.page, 'Sign out'))
    await expect(friend.page.getByRole('heading', { level: 1 })).toHaveText('Signed out')
    expect(claims.slice(1)).toEqual(['POST /api/users/signout'])
  })

  test(`${kind} signs up and signs in once`, async ({ someone }) => {
    const { page, context } = await someone()
    const email = `${unique('twice').replaceAll(' ', '-')}@example.com`
    const writes = writesOf(page)
    for (const [path, name] of [['/auth/signup', 'Create the account'], ['/auth/signin', 'Sign in']] as const) {
      writes.length = 0
      await context.clearCookies()
      await page.goto(path)
      await page.getByLabel('E-mail').fill(email)
      await page.getByLabel('Password', { exact: true }).fill('correct horse')
      await click(button(page, name))
      await expect(page).toHaveURL('/')
      expect(writes).toEqual([`POST /api/users/${path.slice(6)}`])
    }
  })
}
