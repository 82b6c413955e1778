// Passes: from the payment over a gift to the door, and selling on.
import { readFileSync } from 'node:fs'

import type { Pass, Person, Ticket } from './support/person'
import { scan, scanUntilRefused } from './support/scan'
import { expect, test, unique } from './support/test'

const DAY = 24 * 60 * 60 * 1000
const startsAt = `${new Date(Date.now() + 30 * DAY).toISOString().slice(0, 10)}T19:30:00+01:00`

/** Sells a ticket and waits for the pass of the buyer. */
async function sell(seller: Person, buyer: Person, title: string, price = 38): Promise<{ ticket: Ticket; pass: Pass }> {
  const ticket = await seller.list(unique(title), price, { startsAt, venue: 'Tivoli', seat: 'Row 4, seat 7' })
  return { ticket, pass: await buyer.buy(ticket) }
}

test('ticket is bought, given away, claimed in another browser, and admitted once', async ({ someone }) => {
  const [seller, buyer, friend] = [await (await someone()).signUp(), await (await someone()).signUp(), await someone()]
  const ticket = await seller.list(unique('Magic Flute'), 38, { startsAt, venue: 'Tivoli', seat: 'Row 4, seat 7' })

  await buyer.page.goto(`/tickets/${ticket.id}`)
  await buyer.page.getByRole('button', { name: 'Buy for $38.00' }).click()
  await buyer.page.getByRole('button', { name: 'Pay $38.00' }).click()
  await expect(buyer.page.locator('.buy-panel').getByRole('link')).toHaveText(['Show my ticket', 'To the market'])
  await buyer.page.getByRole('link', { name: 'Show my ticket' }).click()
  await expect(buyer.page).toHaveURL(/\/passes\//)
  await expect(buyer.page.getByRole('img', { name: /^Code of the ticket/ })).toBeVisible()
  const [held] = await buyer.get<Pass[]>('/api/passes')
  const oldCode = held?.code ?? ''
  expect(oldCode).toMatch(/^TK1.{125}$/)

  await buyer.page.getByRole('button', { name: 'Give away' }).click()
  const link = await buyer.page.getByLabel('Link').inputValue()
  expect(new URL(link).pathname).toBe('/claim')
  // The secret is shown once: after a reload there is only the way to take it back, or to make another one.
  await buyer.page.reload()
  await expect(buyer.page.getByRole('button', { name: 'Take back' })).toBeVisible()
  await expect(buyer.page.getByLabel('Link')).toHaveCount(0)

  const requests: string[] = []
  friend.page.on('request', (request) => requests.push(request.url()))
  await friend.page.goto(link)
  await expect(friend.page).toHaveURL('/auth/signin?next=%2Fclaim')
  await friend.page.getByRole('link', { name: 'Sign up' }).click()
  await friend.page.getByLabel('E-mail').fill(`${unique('friend').replaceAll(' ', '-')}@example.com`)
  await friend.page.getByLabel('Password', { exact: true }).fill('correct horse')
  await friend.page.getByRole('button', { name: 'Create the account' }).click()
  await expect(friend.page).toHaveURL('/claim')
  await friend.page.getByRole('button', { name: 'Claim the ticket' }).click()
  await expect(friend.page).toHaveURL(/\/passes\//)
  await expect(friend.page.getByRole('heading', { level: 1 })).toHaveText(ticket.title)
  await expect(friend.page.getByRole('img', { name: /^Code of the ticket/ })).toBeVisible()
  const secret = new URL(link).hash.slice(1)
  expect(requests.filter((url) => new URL(url).search.includes(secret) || new URL(url).pathname.includes(secret))).toEqual([])
  const [claimed] = await friend.get<Pass[]>('/api/passes')
  expect(claimed?.serial).toBe(1)
  await expect(buyer.page.getByRole('heading', { level: 1 })).toHaveText('This ticket was claimed')
  await expect(buyer.page.getByRole('main').getByRole('link')).toHaveText(['Your tickets'])

  const door = seller.page
  await door.goto('/listings')
  await door.getByRole('link', { name: 'Check in guests' }).click()
  await door.getByLabel('Name of this door').fill('north door')
  await expect(door.getByText('0 of 1 admitted')).toBeVisible()
  const verdict = door.locator('.verdict')
  await scan(door, oldCode)
  await expect(verdict).toContainText('Refused')
  await expect(verdict).toContainText('The ticket has a new holder')
  await scan(door, claimed?.code ?? '')
  await expect(verdict).toContainText('Admitted')
  await expect(verdict).toContainText('Row 4, seat 7')
  await expect(door.getByText('1 of 1 admitted')).toBeVisible()
  await scanUntilRefused(door, claimed?.code ?? '')
  await expect(verdict).toContainText(/Admitted already: .+\sUTC, north door/)
  await expect(door.locator('.verdict-log li')).toHaveCount(3)
  await expect(door.getByLabel('Code', { exact: true })).toBeFocused()
  await expect(friend.page.getByText('This ticket was used')).toBeVisible()
})

test('transfer that was taken back cannot be claimed', async ({ someone }) => {
  const [seller, buyer, friend] = [await (await someone()).signUp(), await (await someone()).signUp(), await (await someone()).signUp()]
  const { pass } = await sell(seller, buyer, 'Fugue')
  const { page } = buyer
  await page.goto(`/passes/${pass.id}`)
  await page.getByRole('button', { name: 'Give away' }).click()
  const code = await page.getByLabel('Claim code').inputValue()
  await page.getByRole('button', { name: 'Take back' }).click()
  await expect(page.getByRole('button', { name: 'Give away' })).toBeVisible()
  await friend.page.goto('/claim')
  await friend.page.getByLabel('Claim code').fill(code)
  await friend.page.keyboard.press('Enter')
  await expect(friend.page.getByRole('alert')).toContainText('This claim code does not work')
})

test('holder who claims what they give away has taken it back', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const { pass } = await sell(seller, buyer, 'Canon')
  const { page } = buyer
  await page.goto(`/passes/${pass.id}`)
  await page.getByRole('button', { name: 'Give away' }).click()
  await page.goto(await page.getByLabel('Link').inputValue())
  await page.getByRole('button', { name: 'Claim the ticket' }).click()
  await expect(page.getByText('You have taken your ticket back.')).toBeVisible()
  await expect(page).toHaveURL(`/passes/${pass.id}`)
  await expect(page.getByRole('button', { name: 'Take back' })).toHaveCount(0)
  expect((await buyer.get<Pass[]>('/api/passes'))[0]?.code).toBe(pass.code)
})

test('ticket is sold on at most at its price, and admits again once the listing is withdrawn', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const { pass } = await sell(seller, buyer, 'Nocturne')
  const { page } = buyer
  await page.goto(`/passes/${pass.id}`)
  await page.getByText('Sell it on').click()
  await page.getByLabel('Price in US dollars').fill('39')
  await page.getByRole('button', { name: 'List for resale' }).click()
  await expect(page.getByLabel('Price in US dollars')).toHaveAccessibleDescription(/at most/i)
  await page.getByLabel('Price in US dollars').fill('38')
  await page.getByRole('button', { name: 'List for resale' }).click()
  await expect(page.getByText('This ticket is for resale')).toBeVisible()
  await expect(page.getByRole('img', { name: /^Code of the ticket/ })).toHaveCount(0)
  await page.getByRole('button', { name: 'Withdraw the listing' }).click()
  await expect(page.getByRole('img', { name: /^Code of the ticket/ })).toBeVisible()
})

test('forged code is refused, and a lost response is not called a refusal by a door without keys', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const { pass } = await sell(seller, buyer, 'Toccata')
  const { page } = seller
  await page.route('**/api/passes/keys', (route) => route.abort('connectionreset'))
  await page.goto('/check-in')
  const verdict = page.locator('.verdict')
  await scan(page, 'TK1NOTACODE')
  await expect(verdict).toContainText('This is not the code of a pass')
  // The server admits, but the response is lost: the same scan again has the outcome of the first.
  await page.route('**/api/passes/check-ins', async (route) => {
    await route.fetch()
    await route.abort('connectionreset')
  })
  await scan(page, pass.code ?? '')
  await expect(verdict).toContainText('Not known')
  await page.unroute('**/api/passes/check-ins')
  await scan(page, pass.code ?? '')
  await expect(verdict).toContainText('Admitted')
})

test('pass is printed on one page, and its event is a calendar file', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone({ colorScheme: 'dark' })).signUp()]
  const { ticket, pass } = await sell(seller, buyer, 'Sonata')
  const { page } = buyer
  await page.goto(`/passes/${pass.id}`)
  await expect(page.getByRole('img', { name: /^Code of the ticket/ })).toBeVisible()
  const downloading = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Add to calendar' }).click()
  const file = readFileSync(await (await downloading).path(), 'utf8')
  expect(file).toContain('BEGIN:VEVENT')
  expect(file.replace(/\r\n /g, '')).toContain(ticket.title)

  const code = page.locator('.code svg path')
  expect(await code.evaluate((element) => getComputedStyle(element).fill)).toBe('rgb(0, 0, 0)')
  const ground = page.locator('.code')
  await page.emulateMedia({ forcedColors: 'active' })
  expect(await code.evaluate((element) => getComputedStyle(element).fill)).toBe('rgb(0, 0, 0)')
  expect(await ground.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe('rgb(255, 255, 255)')
  await page.emulateMedia({ media: 'print', forcedColors: 'none' })
  await expect(page.getByRole('button', { name: 'Print' })).toBeHidden()
  await expect(page.getByRole('navigation')).toBeHidden()
  await expect(page.locator('.brand')).toBeVisible()
  const pdf = (await page.pdf({ format: 'A4', preferCSSPageSize: true })).toString('latin1')
  expect(pdf.match(/\/Type \/Page\b/g)).toHaveLength(1)
})

test('seller sees a ticket that two doors have admitted, with both times and doors', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const { ticket, pass } = await sell(seller, buyer, 'Duet')
  const { page } = seller
  await page.goto(`/tickets/${ticket.id}`)
  await expect(page.getByText('Its holder has not entered yet.')).toBeVisible()
  const north = new Date()
  const south = new Date(north.getTime() + 61_000)
  expect(await seller.uploadAdmission(pass, 'south door', south)).toBe(201)
  expect(await seller.uploadAdmission(pass, 'north door', north)).toBe(409)
  const clock = (at: Date) => new RegExp(`${at.toLocaleTimeString('en-US', { timeZone: 'UTC' }).replace(' ', '\\s')}\\sUTC`)
  await page.goto('/check-in')
  await page.getByRole('alert').getByRole('link', { name: ticket.title }).click()
  await expect(page).toHaveURL(`/passes/${pass.id}`)
  for (const path of ['/check-in', '/listings', `/tickets/${ticket.id}`, `/passes/${pass.id}`]) {
    await page.goto(path)
    const notice = page.getByRole('alert').filter({ hasText: 'ticket was admitted more than once' })
    const admissions = notice.getByRole('list', { name: 'Admissions' }).getByRole('listitem')
    await expect(admissions).toHaveText([/north door$/, /south door$/])
    await expect(admissions.first()).toHaveText(clock(north))
    await expect(admissions.last()).toHaveText(clock(south))
    // Not in the panel that is docked on phones: it would fill the screen.
    await expect(page.locator('.docked').filter({ has: notice })).toHaveCount(0)
  }
  // Its holder sees that it was used, and not where.
  await buyer.page.goto(`/passes/${pass.id}`)
  await expect(buyer.page.getByText('This ticket was used')).toBeVisible()
  await expect(buyer.page.getByText('north door')).toHaveCount(0)
})
