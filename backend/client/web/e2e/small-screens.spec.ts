// Phones, upright and on their side: what matters is on the first screen, and nothing covers anything.
import type { Locator, Page } from '@playwright/test'

import { scan } from './support/scan'
import { expect, test, unique } from './support/test'

const UPRIGHT = { width: 320, height: 640 }
const ON_ITS_SIDE = { width: 667, height: 375 }
const DAY = 24 * 60 * 60 * 1000
const startsAt = `${new Date(Date.now() + 30 * DAY).toISOString().slice(0, 10)}T19:30:00+01:00`

async function box(locator: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  const found = await locator.boundingBox()
  if (!found) throw new Error('nothing is drawn')
  return found
}

/** Expects an element wholly in the window, without scrolling, and above the navigation where that is at the bottom. */
async function expectAboveNavigation(page: Page, locator: Locator): Promise<void> {
  const [{ y, height }, navigation] = [await box(locator), await box(page.locator('.nav'))]
  const windowHeight = page.viewportSize()?.height ?? 0
  const isAtBottom = navigation.y + navigation.height === windowHeight
  expect(y).toBeGreaterThanOrEqual(isAtBottom ? 0 : navigation.y + navigation.height)
  expect(y + height).toBeLessThanOrEqual(isAtBottom ? navigation.y : windowHeight)
}

test('market on its side shows a ticket on the first screen', async ({ someone }) => {
  const seller = await (await someone({ viewport: ON_ITS_SIDE })).signUp()
  const ticket = await seller.list(unique('Bassoon'), 10, { startsAt, venue: 'Tivoli', seat: 'Row 4' })
  const { page } = seller
  await page.goto(`/?q=${encodeURIComponent(ticket.title)}`)
  await expect(page.getByRole('link', { name: ticket.title })).toBeVisible()
  await expectAboveNavigation(page, page.locator('.card').first())
})

for (const viewport of [{ width: 568, height: 320 }, { width: 640, height: 320 }, UPRIGHT]) {
  test(`field and button of a code are on the first screen of the door (${viewport.width} × ${viewport.height})`, async ({ someone }) => {
    const seller = await (await someone({ viewport })).signUp()
    await seller.list(unique('Octet'), 10, { startsAt })
    const { page } = seller
    await page.goto('/check-in')
    await expect(page.getByLabel('Code')).toBeFocused()
    await expectAboveNavigation(page, page.locator('.code-form .box'))
    await expectAboveNavigation(page, page.getByRole('button', { name: 'Check in', exact: true }))
  })
}

test('claim code is shown whole', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone({ viewport: UPRIGHT })).signUp()]
  const pass = await buyer.buy(await seller.list(unique('Nonet'), 10, { startsAt }))
  const { page } = buyer
  await page.goto(`/passes/${pass.id}`)
  await page.getByRole('button', { name: 'Give away' }).click()
  const room = page.getByLabel('Claim code').evaluate((field) => field.clientWidth - field.scrollWidth)
  expect(await room).toBeGreaterThanOrEqual(0)
})

test('order shows its seat', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone({ viewport: UPRIGHT })).signUp()]
  await buyer.order(await seller.list(unique('Septet'), 10, { startsAt, seat: 'Row 9, seat 4' }))
  await buyer.page.goto('/orders')
  await expect(buyer.page.locator('.order-row').getByText('Row 9, seat 4')).toBeVisible()
})

for (const viewport of [UPRIGHT, ON_ITS_SIDE]) {
  const name = viewport === UPRIGHT ? 'upright' : 'on its side'

  test(`price and button stay in view below a long ticket (${name})`, async ({ someone }) => {
    const [seller, buyer] = [await (await someone()).signUp(), await (await someone({ viewport })).signUp()]
    const ticket = await seller.list(unique('Oratorio'), 64, { startsAt, seat: 'Row 9', description: 'A long story. '.repeat(100) })
    const { page } = buyer
    await page.goto(`/tickets/${ticket.id}`)
    const button = page.getByRole('button', { name: 'Buy for $64.00' })
    await expect(button).toBeVisible()
    await expectAboveNavigation(page, button)
    await expectAboveNavigation(page, page.locator('.buy-panel .price'))
    // At the end of the page the panel is below the ticket, and covers nothing of it.
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight))
    await expect.poll(async () => (await box(page.locator('.buy-panel'))).y - (await box(page.getByText('Row 9'))).y).toBeGreaterThan(20)
    await expectAboveNavigation(page, button)
  })

  test(`code of a ticket is on the first screen (${name})`, async ({ someone }) => {
    const [seller, buyer] = [await (await someone()).signUp(), await (await someone({ viewport })).signUp()]
    await buyer.buy(await seller.list(unique('Motet'), 12, { startsAt, venue: 'Tivoli', seat: 'Row 9', description: 'Doors at six.' }))
    const { page } = buyer
    await page.goto('/passes')
    await page.getByRole('link', { name: 'Motet' }).click()
    const code = page.getByRole('img', { name: /^Code of the ticket/ })
    await expect(code).toBeVisible()
    await expectAboveNavigation(page, code)
    await page.goto('/orders')
    await page.getByRole('link', { name: 'Motet' }).click()
    await expect(code).toBeVisible()
    await expectAboveNavigation(page, code)
  })
}

test('longest title, place and seat leave the first screen to the code', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone({ viewport: UPRIGHT })).signUp()]
  const title = unique('A symphony of a thousand words '.repeat(6)).slice(-200)
  const details = { startsAt, venue: 'The great hall '.repeat(8).trim(), seat: 'The very last seat of the very last row'.slice(0, 60), description: 'A long story. '.repeat(100) }
  const order = await buyer.order(await seller.list(title, 12, details))
  await buyer.pay(order)
  const pass = await buyer.passOf(order)
  const { page } = buyer
  for (const path of [`/passes/${pass.id}`, `/orders/${order.id}`]) {
    await page.goto(path)
    const code = page.getByRole('img', { name: /^Code of the ticket/ })
    await expect(code).toBeVisible()
    await expectAboveNavigation(page, code)
    // The whole title stands below, and what can be done comes before it.
    const whole = page.locator('.whole-title')
    await expect(whole).toHaveText(title)
    expect((await box(whole)).y).toBeGreaterThan((await box(page.locator('.buy-panel .button:visible').last())).y)
  }
  const height = async (path: string, heading: string) => {
    await page.goto(path)
    return (await box(page.locator(heading, { hasText: title }))).height
  }
  expect(await height('/passes', '.card h3')).toBe(await height('/orders', '.order-row h3'))
})

for (const viewport of [UPRIGHT, { width: 390, height: 844 }]) {
  test(`door shows the verdict of a scan, and first that a ticket was admitted twice (${viewport.width} pixels)`, async ({ someone }) => {
    const [seller, buyer] = [await (await someone({ viewport })).signUp(), await (await someone()).signUp()]
    const { page, context } = seller
    const twice = await buyer.buy(await seller.list(unique('Canticle'), 10, { startsAt }))
    for (const [device, seconds] of [['North door', 0], ['South door', 47]] as const) await seller.uploadAdmission(twice, device, new Date(Date.now() + seconds * 1000))
    const pass = await buyer.buy(await seller.list(unique('Psalm'), 10, { startsAt, venue: 'Tivoli', seat: 'Row 4' }))
    await page.goto('/check-in')
    await expect(page.locator('.door-ready span')).toHaveCount(2)
    const notice = page.getByRole('alert').filter({ hasText: 'One ticket was admitted more than once' })
    const [first, verdict] = [await box(notice), await box(page.locator('.verdict'))]
    expect(first.y + first.height).toBeLessThanOrEqual(verdict.y)
    await expectAboveNavigation(page, page.locator('.verdict'))
    await notice.getByText('One ticket was admitted more than once').click()
    await expect(notice.getByRole('list', { name: 'Admissions' }).getByRole('listitem')).toHaveText([/North door$/, /South door$/])

    for (const isOffline of [false, true]) {
      await context.setOffline(isOffline)
      await expect(page.locator('.door-status [role=status] .notice')).toHaveCount(isOffline ? 1 : 0)
      await scan(page, isOffline ? twice.code : pass.code)
      await expect(page.locator('.verdict')).toContainText(isOffline ? 'Admitted already' : 'Row 4')
      await expect(async () => {
        expect((await box(page.locator('.verdict'))).y).toBeGreaterThanOrEqual((await box(page.locator('.header'))).height)
        await expectAboveNavigation(page, page.locator('.verdict'))
      }).toPass({ timeout: 5000 })
      await expect(page.getByText(/^(You are offline|Offline)/).filter({ visible: true })).toHaveCount(isOffline ? 1 : 0)
    }
    await context.setOffline(false)
    await expect(page.locator('.verdict-log time').first()).toHaveText(/^\d+:\d\d:\d\d.[AP]M.UTC/)
  })
}

test('place of an event is below its title, in every script', async ({ someone }) => {
  const seller = await (await someone({ viewport: UPRIGHT })).signUp()
  const ticket = await seller.list(unique('مهرجان'), 10, { startsAt, venue: 'دار الأوبرا', seat: 'الصف ٤' })
  const { page } = seller
  await page.goto(`/?q=${encodeURIComponent(ticket.title)}`)
  const left = (text: string) =>
    page.getByText(text, { exact: true }).evaluate((element) => {
      const range = document.createRange()
      range.selectNodeContents(element)
      return range.getBoundingClientRect().left
    })
  await expect(page.getByText('دار الأوبرا')).toBeVisible()
  expect([await left('دار الأوبرا'), await left('الصف ٤')]).toEqual([await left(ticket.title), await left(ticket.title)])
})

test('error of a filter is shown once on a wide screen', async ({ someone }) => {
  const { page } = await someone()
  await page.goto('/?minPrice=much&maxPrice=more')
  await expect(page.getByRole('alert').getByText('The price must be a number like 20 or 149.99')).toHaveCount(1)
  await expect(page.getByLabel('Price from')).toHaveAccessibleDescription(/The price must be a number/)
  expect((await box(page.locator('.field-error').first())).height).toBeLessThanOrEqual(1)
})

test('error of a filter is shown although the filters are in a sheet', async ({ someone }) => {
  const { page } = await someone({ viewport: UPRIGHT })
  await page.goto('/?minPrice=much')
  await expect(page.getByRole('alert')).toContainText('The price must be a number like 20 or 149.99')
  await page.getByRole('alert').getByRole('link', { name: 'Clear' }).click()
  await expect(page).toHaveURL('/')
  await expect(page.getByRole('alert')).toHaveCount(0)
})

test('panel is at the end of the window, and the code in the middle of its ticket', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone({ viewport: { width: 390, height: 844 } })).signUp()]
  const { page } = buyer
  await page.goto(`/tickets/${(await seller.list(unique('Solo'), 10)).id}`)
  await expect(page.getByRole('button', { name: 'Buy for $10.00' })).toBeVisible()
  const [panel, navigation] = [await box(page.locator('.buy-panel')), await box(page.locator('.nav'))]
  // The rule of the navigation is on the panel.
  expect(Math.abs(panel.y + panel.height - navigation.y)).toBeLessThanOrEqual(1)
  const { id } = await buyer.buy(await seller.list(unique('Duo'), 10))
  await page.goto(`/passes/${id}`)
  const [code, stub] = [await box(page.locator('.code')), await box(page.locator('.ticket-stub'))]
  expect(code.x + code.width / 2).toBeCloseTo(stub.x + stub.width / 2, 0)
})

test('price and status of an order do not touch on a phone', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone({ viewport: UPRIGHT })).signUp()]
  await buyer.order(await seller.list(unique('Requiem'), 1234.56, { startsAt, venue: 'Tivoli' }))
  const { page } = buyer
  await page.goto('/orders')
  const row = page.locator('.order-row')
  const [price, state, whole] = [await box(row.locator('.price')), await box(row.locator('.order-state')), await box(row)]
  expect(price.y + price.height <= state.y || price.x + price.width <= state.x).toBe(true)
  expect(state.x + state.width).toBeLessThanOrEqual(whole.x + whole.width)
})

test('lost connection is reported where it covers nothing', async ({ someone }) => {
  const seller = await (await someone({ viewport: UPRIGHT })).signUp()
  const ticket = await seller.list(unique('Nonet'), 10)
  const { page, context } = seller
  await page.goto(`/tickets/${ticket.id}`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(ticket.title)
  await context.setOffline(true)
  const line = page.getByText('You are offline.')
  await expect(line).toBeVisible()
  const [status, content, panel] = [await box(line), await box(page.locator('.ticket')), await box(page.locator('.buy-panel'))]
  expect(status.y + status.height).toBeLessThanOrEqual(Math.min(content.y, panel.y))
  await context.setOffline(false)
  await expect(page.getByText('Connected again.')).toBeVisible()
  const toast = await box(page.locator('.toast p'))
  expect(toast.y + toast.height).toBeLessThanOrEqual(panel.y)
})
