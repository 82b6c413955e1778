// The story of a seat, in browsers: imported, sold, given away, sold on and admitted once; and two doors without a network.
import type { Page, Response } from '@playwright/test'

import { Cli } from './support/cli'
import type { Person } from './support/person'
import { readCode } from './support/picture'
import { expect, test, unique } from './support/test'

const SEATS = 40
const PRICE = '$89.50'

/** Imports the seats with the command-line client of the seller. */
async function importSeats(cli: Cli, title: string): Promise<void> {
  const rows = Array.from({ length: SEATS }, (_, index) => `"${title}",89.50,City Hall,2099-12-24T19:30:00+01:00,Seat ${index + 1}`)
  const file = cli.write('seats.csv', ['title,price,venue,starts_at,seat', ...rows].join('\n'))
  expect((await cli.run(['tickets', 'import', file])).trim().split('\n')).toHaveLength(SEATS)
}

/** Buys the ticket of a page, and opens the pass. */
async function buy(page: Page): Promise<void> {
  await page.getByRole('button', { name: `Buy for ${PRICE}` }).click()
  await page.getByRole('button', { name: `Pay ${PRICE}` }).click()
  await page.getByRole('link', { name: 'Show my ticket' }).click()
  await expect(page).toHaveURL(/\/passes\//)
}

/** Takes a picture of the code on the screen, as a guest shows it. */
async function shownCode(page: Page): Promise<Buffer> {
  const code = page.getByRole('img', { name: /^Code of the ticket/ })
  await expect(code).toBeVisible()
  return code.screenshot()
}

async function signUpOnPage({ page }: Person, name: string): Promise<void> {
  await page.getByLabel('E-mail').fill(`${unique(name).replaceAll(' ', '-')}@example.com`)
  await page.getByLabel('Password', { exact: true }).fill('correct horse')
  await page.getByRole('button', { name: 'Create the account' }).click()
}

test('seats are imported, one is sold, given away, sold on and admitted once', async ({ someone, stack }) => {
  test.setTimeout(180_000)
  const [seller, buyer, friend, fan] = [await (await someone()).signUp(), await someone(), await someone(), await (await someone()).signUp()]
  const title = unique('Opera premiere')
  const cli = new Cli(stack.url)
  try {
    await cli.run(['auth', 'signin', '--email', seller.email, '--password-stdin'], { input: 'correct horse\n' })
    await importSeats(cli, title)
    const door = seller.page
    await door.goto('/listings')
    await expect(door.locator('.totals .available')).toContainText('40 tickets')

    // The buyer finds a seat, and signs up to pay for it.
    await buyer.page.goto(`/?q=${encodeURIComponent(title)}`)
    await buyer.page.getByRole('link', { name: title }).first().click()
    await buyer.page.getByRole('link', { name: 'Sign in to buy' }).click()
    await buyer.page.getByRole('link', { name: 'Sign up' }).click()
    await signUpOnPage(buyer, 'buyer')
    const seat = await buyer.page.locator('.ticket-seat strong').textContent()
    await buy(buyer.page)
    const first = await shownCode(buyer.page)
    expect(await readCode(buyer.page, first)).toMatch(/^TK1.{125}$/)
    await expect(door.locator('.totals .sold')).toContainText(PRICE)

    // The friend claims it with the link. The code on the screen of the buyer is dead.
    await buyer.page.getByRole('button', { name: 'Give away' }).click()
    await friend.page.goto(await buyer.page.getByLabel('Link').inputValue())
    await friend.page.getByRole('link', { name: 'Sign up' }).click()
    await signUpOnPage(friend, 'friend')
    await friend.page.getByRole('button', { name: 'Claim the ticket' }).click()
    const second = await shownCode(friend.page)
    await expect(buyer.page.getByRole('heading', { level: 1 })).toHaveText('This ticket was claimed')
    await door.getByRole('link', { name: 'Check in guests' }).click()
    const verdict = door.locator('.verdict')
    const show = (picture: Buffer) => door.getByLabel('Read a picture').setInputFiles({ name: 'code.png', mimeType: 'image/png', buffer: picture })
    await show(first)
    await expect(verdict).toContainText('The ticket has a new holder')

    // The friend sells it on, for what it cost at most.
    await friend.page.getByText('Sell it on').click()
    const price = friend.page.getByLabel('Price in US dollars')
    await expect(price).toHaveValue('89.5')
    await price.fill('89.51')
    await friend.page.getByRole('button', { name: 'List for resale' }).click()
    await expect(price).toHaveAccessibleDescription(/at most \$89\.50/i)
    await expect(price).toBeFocused()
    await price.fill('89.50')
    await friend.page.getByRole('button', { name: 'List for resale' }).click()
    await expect(friend.page.getByText('This ticket is for resale')).toBeVisible()
    await show(second)
    await expect(verdict).toContainText('The ticket is for resale')
    const listing = await friend.page.getByRole('link', { name: 'See the listing' }).getAttribute('href')
    await fan.page.goto(listing ?? '')
    await buy(fan.page)
    const third = await shownCode(fan.page)
    await expect(friend.page.getByRole('heading', { level: 1 })).toHaveText('This ticket was sold')

    // The fan enters once.
    await door.getByLabel('Name of this door').fill('main door')
    await show(third)
    await expect(verdict).toContainText('Admitted')
    await expect(verdict).toContainText(seat ?? '')
    await expect(door.getByText('1 of 1 admitted')).toBeVisible()
    await expect(fan.page.getByText('This ticket was used')).toBeVisible()
    const isRefusal = (response: Response) => response.url().endsWith('/api/passes/check-ins') && response.status() === 409
    const refusal = door.waitForResponse(isRefusal)
    // For less than a second the door takes the same code for a scanner that fires twice.
    await expect(async () => {
      await show(third)
      await expect(verdict).toContainText('Admitted already', { timeout: 1000 })
    }).toPass()
    await refusal
    await expect(verdict).toContainText(/Admitted already: .+ \d+:\d{2}:\d{2}\s[AP]M\sUTC, main door/)

    // Two doors without a network admit the same seat, and the seller sees both once they have uploaded.
    await buyer.page.goto(`/?q=${encodeURIComponent(title)}`)
    await buyer.page.getByRole('link', { name: title }).first().click()
    await buy(buyer.page)
    const code = await readCode(buyer.page, await shownCode(buyer.page))
    for (const name of ['north', 'south']) await cli.run(['checkin', 'prepare', cli.path(`${name}.json`)])
    for (const name of ['north', 'south']) await cli.run(['checkin', '--offline', cli.path(`${name}.json`), '--device', `${name} door`, code])
    await cli.run(['checkin', 'sync', cli.path('south.json')])
    await cli.run(['checkin', 'sync', cli.path('north.json')], { code: 10 })
    await door.goto('/check-in')
    const notice = door.getByRole('alert').filter({ hasText: 'One ticket was admitted more than once' })
    await expect(notice.getByRole('list', { name: 'Admissions' }).getByRole('listitem')).toHaveText([/north door$/, /south door$/])
    await expect(door.getByText('2 of 2 admitted')).toBeVisible()
  } finally {
    cli.finish()
  }
})
