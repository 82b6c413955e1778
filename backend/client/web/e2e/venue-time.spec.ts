// The start of an event: the time zone of its venue, past starts, and the status of a listing after the start.
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'

import type { Ticket } from './support/person'
import { expect, test, unique } from './support/test'

const BERLIN = { timezoneId: 'Europe/Berlin' }
type Listed = Ticket & { startsAt?: string }

async function fillListing(page: Page, title: string, when: string): Promise<void> {
  await page.goto('/tickets/new')
  await page.getByLabel('Title').fill(title)
  await page.getByLabel('Price in US dollars').fill('20')
  await page.getByLabel('When').fill(when)
}

async function chooseZone(page: Page, search: string, option: RegExp): Promise<void> {
  await page.getByRole('combobox', { name: 'Time zone of the venue' }).click()
  await page.keyboard.type(search)
  await page.getByRole('option', { name: option }).click()
}

const zone = (page: Page) => page.getByRole('combobox', { name: 'Time zone of the venue' })
const submit = (page: Page) => page.getByRole('button', { name: 'List the ticket' }).click()

test('seller in Berlin lists a show in New York with the offset of New York', async ({ someone }) => {
  const seller = await (await someone(BERLIN)).signUp()
  const { page } = seller
  await fillListing(page, unique('Broadway'), '2099-07-01T20:00')
  // Without a choice it is the zone of the browser, and the form says so.
  await expect(zone(page)).toHaveValue('Berlin (UTC+2)')
  await expect(page.locator('.when-result')).toContainText('Wednesday, July 1, 2099 at 8:00 PM UTC+2')
  await zone(page).click()
  await expect(page.getByRole('option').first()).toContainText('Berlin')
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  expect(violations.map(({ id }) => id)).toEqual([])
  await page.keyboard.press('Escape')
  await expect(page.getByRole('option')).toHaveCount(0)
  // With the keyboard alone.
  await page.keyboard.type('new york')
  await expect(page.getByRole('option')).toHaveText([/New YorkEastern TimeUTC−4/])
  await page.keyboard.press('Enter')
  await expect(zone(page)).toHaveValue('New York (UTC−4)')
  await expect(page.locator('.when-result')).toContainText('8:00 PM UTC−4')
  await expect(page.locator('.when-result')).toContainText('On the clock of this device: Jul 2, 2099, 2:00 AM UTC+2')
  await submit(page)
  // The form says the time, too: the page of the listing has another address.
  await expect(page).not.toHaveURL(/\/tickets\/new/)
  await expect(page.getByText('Wednesday, July 1, 2099 at 8:00 PM UTC−4')).toBeVisible()
  const [listed] = await seller.get<Listed[]>('/api/tickets?seller=me')
  expect(listed?.startsAt).toBe('2099-07-01T20:00:00-04:00')

  // Editing keeps the offset of the place.
  await page.getByRole('link', { name: 'Edit' }).click()
  await expect(page.getByLabel('When')).toHaveValue('2099-07-01T20:00')
  await expect(zone(page)).toHaveValue('UTC−4')
  await page.getByLabel('When').fill('2099-07-02T19:30')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Thursday, July 2, 2099 at 7:30 PM UTC−4')).toBeVisible()
  await page.goto('/listings')
  await expect(page.getByText('7:30 PM UTC−4')).toBeVisible()
})

test('zone that is typed and not picked is chosen, and one that does not exist is not ignored', async ({ someone }) => {
  const seller = await (await someone(BERLIN)).signUp()
  const { page } = seller
  await fillListing(page, unique('Typed zone'), '2099-07-01T20:00')
  await zone(page).click()
  await page.keyboard.type('tokio')
  await expect(page.getByRole('option')).toHaveCount(0)
  await page.keyboard.press('Tab')
  await expect(zone(page)).toHaveValue('tokio')
  await submit(page)
  await expect(zone(page)).toBeFocused()
  await expect(page).toHaveURL(/\/tickets\/new/)
  await expect(zone(page)).toHaveAccessibleDescription(/No time zone matches/)
  await zone(page).click()
  await zone(page).fill('tokyo')
  await expect(page.getByRole('option')).toHaveCount(1)
  // The list is over the form, and the form moves when it closes: the click still reaches the button.
  await submit(page)
  await expect(page).not.toHaveURL(/\/tickets\/new/)
  const [listed] = await seller.get<Listed[]>('/api/tickets?seller=me')
  expect(listed?.startsAt).toBe('2099-07-01T20:00:00+09:00')
})

test('time that the clocks leave out is refused, and one that comes twice is asked for', async ({ someone }) => {
  const seller = await (await someone(BERLIN)).signUp()
  const { page } = seller
  const sent: string[] = []
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/api/tickets')) sent.push(request.postData() ?? '')
  })
  await fillListing(page, unique('Night run'), '2027-03-28T02:30')
  await expect(page.getByLabel('When')).toHaveAccessibleDescription(/There is no such time in Berlin: the clocks are set forward over it/)
  await submit(page)
  await expect(page.getByLabel('When')).toBeFocused()
  expect(sent).toEqual([])
  // Elsewhere it exists.
  await chooseZone(page, 'tokyo', /Tokyo/)
  await expect(page.getByLabel('When')).not.toHaveAccessibleDescription(/no such time/)
  await chooseZone(page, 'berlin', /^Berlin/)
  await page.getByLabel('When').fill('2027-10-31T02:30')
  await expect(page.getByRole('radio', { name: 'The first, UTC+2' })).toBeChecked()
  await page.getByRole('radio', { name: 'The second, UTC+1' }).check({ force: true })
  await submit(page)
  await expect(page).not.toHaveURL(/\/tickets\/new/)
  await expect(page.getByText('Sunday, October 31, 2027 at 2:30 AM UTC+1')).toBeVisible()
  expect((JSON.parse(sent[0] ?? '{}') as Listed).startsAt).toBe('2027-10-31T02:30:00+01:00')
})

test('listing whose event has started has ended, and the form warns before it', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const { page } = seller
  const title = unique('Long ago')
  await fillListing(page, title, '2020-01-01T20:00')
  await expect(page.getByText('This time is past: nobody can buy the ticket.')).toBeVisible()
  await submit(page)
  await expect(page.locator('.ticket .badge')).toHaveText('Sales ended')
  await expect(page.getByText('Sales ended: the event has started.')).toBeVisible()
  await seller.list(unique('Undated'), 30)
  await page.goto('/listings')
  await expect(page.locator('.card', { hasText: title }).locator('.badge')).toHaveText('Sales ended')
  await expect(page.locator('.totals .available')).toHaveText(/Available\$30\.00/)
  await expect(page.locator('.totals .ended')).toHaveText(/Sales ended\$20\.00/)
  await page.getByRole('link', { name: 'Available 1' }).click()
  await expect(page.locator('.card')).toHaveCount(1)
  await page.getByRole('link', { name: 'Sales ended 1' }).click()
  await page.getByRole('link', { name: title }).click()
  await page.waitForURL(/\/tickets\//)
  await buyer.page.goto(new URL(page.url()).pathname)
  await expect(buyer.page.getByText('Sales ended: the event has started.')).toBeVisible()
  await expect(buyer.page.getByRole('button', { name: /^Buy/ })).toHaveCount(0)
})

test('open page of a ticket ends the sales the moment the event starts', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const ticket = await seller.list(unique('Soon'), 20, { startsAt: new Date(Date.now() + 3_600_000).toISOString() })
  const { page } = buyer
  await page.clock.install()
  await page.goto(`/tickets/${ticket.id}`)
  await expect(page.getByRole('button', { name: /^Buy/ })).toBeVisible()
  await page.clock.fastForward(3_601_000)
  await expect(page.getByText('Sales ended: the event has started.')).toBeVisible()
  await expect(page.getByRole('button', { name: /^Buy/ })).toHaveCount(0)
})
