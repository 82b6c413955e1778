// A door of one evening: each verdict names the event, another day is warned of, and refused where the door asks for it.
import type { Page } from '@playwright/test'

import { CHECK_INS, admittedPass, openDoor, status, verdictOf } from './support/door'
import { scan, scanUntilRefused } from './support/scan'
import type { Pass, Person } from './support/person'
import { expect, test, unique } from './support/test'

const HOUR = 60 * 60 * 1000
const at = (hours: number) => new Date(Date.now() + hours * HOUR).toISOString()
const dateOf = (startsAt: string) => new Date(startsAt).toLocaleDateString('en-US', { dateStyle: 'full', timeZone: 'UTC' })

/** Sells a ticket of an event that starts in these hours. */
async function sellAt(seller: Person, buyer: Person, title: string, hours: number): Promise<Pass & { startsAt: string }> {
  const startsAt = at(hours)
  return { ...(await buyer.buy(await seller.list(title, 20, { startsAt, seat: 'Seat 1' }))), startsAt }
}

const evening = (page: Page) => page.getByLabel('Only events within 12 hours')

test('door warns of another day, and refuses it where it admits one evening only', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const title = unique('Matins')
  const [tonight, other, later] = [await sellAt(seller, buyer, title, 2), await sellAt(seller, buyer, title, 100), await sellAt(seller, buyer, title, 150)]
  const { page, context } = seller
  await openDoor(page, 'gate', 3)
  // Events of one title differ by their dates.
  await expect(page.locator('.door-list time')).toHaveText([tonight, other, later].map(({ startsAt }) => new RegExp(dateOf(startsAt))))
  await scan(page, other.code)
  await expect(verdictOf(page)).toContainText('Admitted')
  await expect(page.locator('.verdict-warning')).toContainText(`This ticket is for another day: ${dateOf(other.startsAt)}`)

  await evening(page).check()
  await page.reload()
  await expect(evening(page)).toBeChecked()
  await scan(page, later.code)
  await expect(verdictOf(page)).toContainText('Refused')
  await expect(verdictOf(page)).toContainText(`This ticket is for another day: ${dateOf(later.startsAt)}`)
  expect((await admittedPass(seller, later)).status).toBe('valid')
  await scan(page, tonight.code)
  await expect(verdictOf(page)).toContainText('Admitted')
  await expect(page.locator('.verdict-event')).toContainText(dateOf(tonight.startsAt))
  await expect(page.locator('.verdict-warning')).toHaveCount(0)
  // A refusal for another reason names the event, too.
  await evening(page).uncheck()
  await scanUntilRefused(page, tonight.code)
  await expect(verdictOf(page)).toContainText(/Admitted already/)
  await expect(page.locator('.verdict-event')).toContainText(title)
  await expect(page.locator('.verdict-event')).toContainText(dateOf(tonight.startsAt))

  await evening(page).check()
  await context.setOffline(true)
  await scan(page, later.code)
  await expect(verdictOf(page)).toContainText(`This ticket is for another day: ${dateOf(later.startsAt)}`)
  await expect(verdictOf(page)).toContainText('Checked by the list of')
  await evening(page).uncheck()
  await scan(page, later.code)
  await expect(verdictOf(page)).toContainText('Admitted')
  await expect(page.locator('.verdict-warning')).toContainText(`This ticket is for another day: ${dateOf(later.startsAt)}`)
  await expect(status(page)).toContainText('Offline · 1 to upload')
  await context.setOffline(false)
  await expect.poll(async () => (await admittedPass(seller, later)).status, { timeout: 30_000 }).toBe('used')
})

test('admission of a door of one evening whose answer was lost is uploaded once', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const tonight = await sellAt(seller, buyer, unique('Lauds'), 1)
  const { page } = seller
  await openDoor(page, 'gate', 1)
  await evening(page).check()
  // The server admits, and its answer is lost.
  await page.route(CHECK_INS, async (route) => {
    await route.fetch()
    await route.abort()
  })
  await scan(page, tonight.code)
  await expect(verdictOf(page)).toContainText('Admitted')
  await page.unroute(CHECK_INS)
  await expect(status(page)).not.toContainText('to upload', { timeout: 30_000 })
  const { device, doubleAdmissions } = await admittedPass(seller, tonight)
  expect([device, doubleAdmissions]).toEqual(['gate', undefined])
})
