// The appearance that a screenshot does not show: focus, the fold, the sheet of filters, groups, and the tear.
import { expect, test, unique } from './support/test'

const DAY = 24 * 60 * 60 * 1000

test('focus of a card is outlined and nothing cuts the outline', async ({ someone }) => {
  const seller = await (await someone()).signUp()
  const ticket = await seller.list(unique('Sundial'))
  const { page } = seller
  await page.goto(`/?q=${encodeURIComponent(ticket.title)}`)
  const link = page.getByRole('link', { name: ticket.title })
  await expect(link).toBeVisible()
  await page.keyboard.press('Tab')
  await link.focus()
  const found = await link.evaluate((element) => {
    const outlined = element.closest('.card')
    const cuts: string[] = []
    // The root scrolls, and cuts nothing.
    for (let parent = outlined?.parentElement; parent && parent !== document.documentElement; parent = parent.parentElement) {
      const { overflow, maskImage, clipPath } = getComputedStyle(parent)
      if (!overflow.includes('visible') || maskImage !== 'none' || clipPath !== 'none') cuts.push(parent.className || parent.tagName)
    }
    const style = outlined && getComputedStyle(outlined)
    return { outline: style ? `${style.outlineStyle} ${style.outlineWidth}` : '', mask: style?.maskImage, overflow: style?.overflow, cuts }
  })
  expect(found).toEqual({ outline: 'solid 3px', mask: 'none', overflow: 'visible', cuts: [] })
})

test('focus ring of the header is whole and round, and its rule reaches across the page', async ({ someone }) => {
  const { page } = await someone({ viewport: { width: 640, height: 320 } })
  await page.goto('/')
  for (const width of [640, 900, 1280]) {
    await page.setViewportSize({ width, height: 320 })
    expect(await page.locator('.header').evaluate((header) => header.getBoundingClientRect().right)).toBe(width)
    for (const link of await page.locator('.header a:visible, .header button:visible').all()) {
      await page.keyboard.press('Tab')
      await link.focus()
      const { ring, corner } = await link.evaluate((element) => {
        const style = getComputedStyle(element)
        const reach = parseFloat(style.outlineOffset) + parseFloat(style.outlineWidth)
        const { top, left, right, bottom } = element.getBoundingClientRect()
        return { ring: Math.min(top - reach, left - reach, innerWidth - right - reach, innerHeight - bottom - reach), corner: parseFloat(style.borderTopLeftRadius) }
      })
      expect([ring >= 0, corner > 0], `${await link.textContent()} at ${width}`).toEqual([true, true])
    }
  }
})

test('phone shows a ticket on the first screen and filters in a sheet', async ({ someone }) => {
  const seller = await (await someone({ viewport: { width: 320, height: 640 } })).signUp()
  const word = unique('harp').replace(' ', '')
  for (const price of [10, 30]) await seller.list(`${word} ${price}`, price)
  const { page } = seller
  await page.goto(`/?q=${word}`)
  await expect(page.locator('.grid h3')).toHaveCount(2)
  await expect(page.locator('.card').first()).toBeInViewport({ ratio: 0.9 })
  await expect(page.getByLabel('Price from')).toHaveCount(0)

  await page.getByRole('button', { name: 'Filters' }).click()
  const sheet = page.getByRole('dialog', { name: 'Search and filter' })
  await sheet.getByLabel('Price from').fill('20')
  await sheet.getByRole('button', { name: 'Show the tickets' }).click()
  await expect(sheet).toHaveCount(0)
  await expect(page.locator('.grid h3')).toHaveText([`${word} 30`])
  await expect(page.getByRole('button', { name: 'Filters (1)' })).toBeFocused()
})

test('market is grouped by the date of the event', async ({ someone }) => {
  const seller = await (await someone()).signUp()
  const word = unique('lute').replace(' ', '')
  const day = (later: number) => new Date(Date.now() + later * DAY).toISOString().slice(0, 10)
  await seller.list(`${word} late`, 10, { startsAt: `${day(400)}T12:00:00Z` })
  await seller.list(`${word} soon`, 10, { startsAt: `${day(7)}T12:00:00Z`, venue: 'Tivoli' })
  await seller.list(`${word} whenever`, 10)
  const { page } = seller
  await page.goto(`/?q=${word}`)
  await expect(page.locator('.group h2')).toHaveText(['Next week', /^[A-Z][a-z]+ \d{4}$/, 'Without a date'])
  await expect(page.locator('.grid h3')).toHaveText([`${word} soon`, `${word} late`, `${word} whenever`])
  await expect(page.locator('.card').first()).toContainText('12:00 PM UTC · Tivoli')
  await expect(page.locator('.card', { hasText: 'late' }).locator('.tile-year')).toHaveText(day(400).slice(0, 4))
  // The age of a listing beside the time of an event would be taken for it.
  await expect(page.locator('.card').first()).not.toContainText(/now|ago|Listed/)
  await expect(page.locator('.card').last()).toContainText('Listed just now')
  await expect(page.locator('.card .badge.available')).toHaveCount(0)
})

test('small groups stand side by side, and a larger one takes the row', async ({ someone }) => {
  const seller = await (await someone({ viewport: { width: 1280, height: 900 } })).signUp()
  const word = unique('viol').replace(' ', '')
  const month = (later: number) => new Date(Date.now() + later * DAY).toISOString().slice(0, 7)
  for (const [later, days] of [[400, ['05']], [440, ['05']], [480, ['05', '06', '07', '08']]] as const) {
    for (const day of days) await seller.list(`${word} ${later} ${day}`, 10, { startsAt: `${month(later)}-${day}T12:00:00Z` })
  }
  const { page } = seller
  await page.goto(`/?q=${word}`)
  await expect(page.locator('.group')).toHaveCount(3)
  const groups = await page.locator('.group').evaluateAll((all) => all.map((group) => group.getBoundingClientRect().toJSON() as DOMRect))
  const [one, two, many] = groups
  if (!one || !two || !many) throw new Error('three groups are expected')
  expect(two.y).toBe(one.y)
  expect(two.x).toBeGreaterThan(one.right)
  expect(many.y).toBeGreaterThan(one.bottom)
  const cards = await page.locator('.group.many .card').evaluateAll((all) => all.map((card) => Math.round(card.getBoundingClientRect().width)))
  expect(new Set([Math.round(one.width), ...cards]).size).toBe(1)
})

test('description keeps its lines', async ({ someone }) => {
  const seller = await (await someone()).signUp()
  const ticket = await seller.list(unique('Litany'), 20, { description: 'Doors at six.\n\nBring the code.' })
  const { page } = seller
  await page.goto(`/tickets/${ticket.id}`)
  await expect.poll(() => page.locator('.description').evaluate((element) => (element as HTMLElement).innerText)).toBe('Doors at six.\n\nBring the code.')
})

test('order shows the end of its id, and a click copies the whole', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone({ permissions: ['clipboard-read', 'clipboard-write'] })).signUp()]
  const order = await buyer.order(await seller.list(unique('Ballad')))
  const { page } = buyer
  await page.goto(`/orders/${order.id}`)
  await expect(page.locator('main')).not.toContainText(order.id)
  await page.getByRole('button', { name: `Order ${order.id}` }).click()
  await expect(page.getByText('Copied.')).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(order.id)
  await expect(page.getByRole('button', { name: `Order ${order.id}` })).toHaveText(order.id.slice(-8))
})

test('ticket that is used next is first', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  for (const [title, days] of [['Second', 20], ['First', 3], ['Third', 90]] as const) {
    const startsAt = `${new Date(Date.now() + days * DAY).toISOString().slice(0, 10)}T19:30:00+01:00`
    await buyer.buy(await seller.list(unique(title), 5, { startsAt }))
  }
  await buyer.page.goto('/passes')
  await expect(buyer.page.locator('.card h3')).toHaveText([/^First/, /^Second/, /^Third/])
})

test('buy panel stays in view beside a long ticket', async ({ someone }) => {
  const seller = await (await someone({ viewport: { width: 1000, height: 500 } })).signUp()
  const ticket = await seller.list(unique('Saga'), 20, { description: 'A long story. '.repeat(140) })
  const { page } = seller
  await page.goto(`/tickets/${ticket.id}`)
  // The placeholder has a panel, too, and is shorter.
  await expect(page.locator('.description')).toBeVisible()
  await expect(page.locator('.buy-panel')).toBeInViewport()
  await page.mouse.wheel(0, 400)
  await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(200)
  await expect(page.locator('.buy-panel .price')).toBeInViewport()
})

test('seller sees totals and a tab for each status', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const [sold, held] = [await seller.list(unique('Sold'), 12.5), await seller.list(unique('Held'), 30)]
  await seller.list(unique('Open'), 7)
  await buyer.pay(await buyer.order(sold))
  await buyer.order(held)
  const { page } = seller
  await page.goto('/listings')
  await expect(page.locator('.totals dd strong')).toHaveText(['$7.00', '$30.00', '$12.50'])
  await page.getByRole('link', { name: /^Sold/ }).first().click()
  await expect(page).toHaveURL('/listings?show=sold')
  await expect(page.locator('.grid h3')).toHaveText([sold.title])
})

for (const reducedMotion of ['no-preference', 'reduce'] as const) {
  test(`stub tears after the payment (${reducedMotion})`, async ({ someone }) => {
    const [seller, buyer] = [await (await someone()).signUp(), await (await someone({ reducedMotion })).signUp()]
    const order = await buyer.order(await seller.list(unique('Comet')))
    const { page } = buyer
    await page.goto(`/orders/${order.id}`)
    await expect(page.locator('.ticket.whole')).toBeVisible()
    await page.evaluate(() => {
      const seen = window as unknown as { states: string[] }
      seen.states = []
      const note = () => seen.states.push(/whole|tearing|torn/.exec(document.querySelector('.ticket')?.className ?? '')?.[0] ?? '')
      new MutationObserver(note).observe(document.body, { subtree: true, attributeFilter: ['class'] })
    })
    await page.getByRole('button', { name: /^Pay/ }).click()
    await expect(page.locator('.ticket.torn')).toBeVisible()
    const states = await page.evaluate(() => (window as unknown as { states: string[] }).states)
    expect(states.includes('tearing')).toBe(reducedMotion === 'no-preference')
  })
}
