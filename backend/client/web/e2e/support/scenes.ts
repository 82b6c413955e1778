// A marketplace with content for every page, and the list of its pages.
import type { BrowserContextOptions, Page } from '@playwright/test'

import type { Order, Person, Ticket } from './person'
import { expect, test, unique } from './test'

interface Scene {
  seller: Person
  buyer: Person
  open: Ticket
  held: Ticket
  orders: Record<'open' | 'complete' | 'cancelled', Order>
  /** The ids of passes: one that admits, one for resale, and one that two doors have admitted. */
  passes: Record<'valid' | 'offered' | 'admitted', string>
  admitted: Ticket
  /** A ticket whose sales have ended. */
  ended: Ticket
  /** The code of a pass that nobody has shown yet. */
  code: string
}

async function scan(page: Page, code: string): Promise<void> {
  await page.locator('input[name=code]').fill(code)
  await page.keyboard.press('Enter')
}

interface PageOfScene {
  as: 'visitor' | 'seller' | 'buyer'
  path: (scene: Scene) => string
  /** The action of the user on the page, and the condition to wait for before the next page. */
  act?: (page: Page, scene: Scene) => Promise<void>
  leave?: (page: Page) => Promise<void>
}

/** Every page, in each state with a different appearance. */
export const PAGES: Record<string, PageOfScene> = {
  market: { as: 'buyer', path: () => '/' },
  'market-empty': { as: 'visitor', path: () => '/?q=nosuchthing&minPrice=5' },
  'market-invalid': { as: 'visitor', path: () => '/?minPrice=much' },
  ticket: { as: 'buyer', path: ({ open }) => `/tickets/${open.id}` },
  'ticket-signed-out': { as: 'visitor', path: ({ open }) => `/tickets/${open.id}` },
  'ticket-own': { as: 'seller', path: ({ open }) => `/tickets/${open.id}` },
  'ticket-withdraw': { as: 'seller', path: ({ open }) => `/tickets/${open.id}`, act: (page) => page.locator('.actions .danger').click() },
  'ticket-held': { as: 'visitor', path: ({ held }) => `/tickets/${held.id}` },
  'ticket-missing': { as: 'visitor', path: () => '/tickets/none' },
  'ticket-ended': { as: 'buyer', path: ({ ended }) => `/tickets/${ended.id}` },
  'ticket-ended-own': { as: 'seller', path: ({ ended }) => `/tickets/${ended.id}` },
  sell: { as: 'seller', path: () => '/tickets/new' },
  'sell-invalid': { as: 'seller', path: () => '/tickets/new', act: (page) => page.locator('button[type=submit]').click() },
  edit: { as: 'seller', path: ({ open }) => `/tickets/${open.id}/edit` },
  order: { as: 'buyer', path: ({ orders }) => `/orders/${orders.open.id}` },
  'order-declined': {
    as: 'buyer',
    path: ({ orders }) => `/orders/${orders.open.id}`,
    act: async (page) => {
      await page.locator('input[value=tok_chargeDeclined]').check()
      await page.locator('button[type=submit]').click()
      await page.getByRole('alert').waitFor()
    },
  },
  'order-complete': { as: 'buyer', path: ({ orders }) => `/orders/${orders.complete.id}` },
  'order-cancelled': { as: 'buyer', path: ({ orders }) => `/orders/${orders.cancelled.id}` },
  orders: { as: 'buyer', path: () => '/orders' },
  'orders-empty': { as: 'seller', path: () => '/orders' },
  passes: { as: 'buyer', path: () => '/passes' },
  pass: { as: 'buyer', path: ({ passes }) => `/passes/${passes.valid}` },
  'pass-transfer': { as: 'buyer', path: ({ passes }) => `/passes/${passes.valid}`, act: (page) => page.locator('.actions .button').first().click() },
  'pass-offered': { as: 'buyer', path: ({ passes }) => `/passes/${passes.offered}` },
  'pass-used': { as: 'buyer', path: ({ passes }) => `/passes/${passes.admitted}` },
  'pass-issued': { as: 'seller', path: ({ passes }) => `/passes/${passes.admitted}` },
  'ticket-admitted': { as: 'seller', path: ({ admitted }) => `/tickets/${admitted.id}` },
  claim: { as: 'seller', path: () => '/claim#k7f2' },
  'check-in': { as: 'seller', path: () => '/check-in' },
  'check-in-refused': {
    as: 'seller',
    path: () => '/check-in',
    act: async (page) => {
      await scan(page, 'TK1')
      await page.locator('.verdict.refused').waitFor()
    },
  },
  'check-in-camera': {
    as: 'seller',
    path: () => '/check-in',
    act: async (page) => {
      await page.locator('.door-main .row .button').first().click()
      await page.locator('.door-main .notice.warn').waitFor()
    },
  },
  'check-in-offline': {
    as: 'seller',
    path: () => '/check-in',
    act: async (page, { code }) => {
      await page.locator('.door-ready span').nth(1).waitFor()
      await page.context().setOffline(true)
      await page.locator('.door-status [role=status] .notice').waitFor()
      await scan(page, code)
      await page.locator('.verdict.admitted').waitFor()
    },
    leave: async (page) => {
      await page.context().setOffline(false)
      await page.locator('.door-ready').waitFor()
    },
  },
  listings: { as: 'seller', path: () => '/listings' },
  'sign-in': { as: 'visitor', path: () => '/auth/signin?next=%2Forders' },
  'sign-up': { as: 'visitor', path: () => '/auth/signup' },
  'sign-out': { as: 'seller', path: () => '/auth/signout' },
  settings: { as: 'buyer', path: () => '/orders', act: (page) => page.locator('.icon-button').click() },
  missing: { as: 'visitor', path: () => '/nowhere' },
}

const LONG_TITLE = 'A talk about very long titles, in which a speaker explains at length why they should have been shorter'
const LONG_VENUE = 'The great hall of the former municipal waterworks beside the old harbour, second courtyard, third door'
const event = (days: number) => ({ startsAt: `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)}T19:30:00+01:00` })

async function createScene(seller: Person, buyer: Person): Promise<Scene> {
  await Promise.all([seller.signUp(), buyer.signUp()])
  for (const [title, price, days, venue, seat] of [
    ['RustConf, day 1', 149.99, 2, 'Congress Hall', 'Hall B, seat 31'],
    ['Night train to Lisbon', 62.5, 9, 'Central station', 'Car 7, berth 31'],
    ['Balloon ride at dawn', 210, 40, 'Airfield', 'Basket 2'],
    ['花火大会 特等席 隅田川沿いの桟敷席', 88, 41, '隅田川 第一会場 桜橋下流から言問橋上流まで', 'Ａ席 12'],
    [LONG_TITLE, 7, 42, LONG_VENUE, 'The very last seat of the very last row on the left'],
    ['مهرجان الموسيقى', 35, 80, 'دار الأوبرا', 'الصف ٤'],
    ['Voucher for any evening', 20, null, '', ''],
  ] as const) {
    await seller.list(title, price, days === null ? {} : { ...event(days), venue, seat })
  }
  const details = { ...event(12), venue: 'Boathouse', seat: 'Row 4, seat 7', description: 'Doors open at six.\n\nBring a warm coat: the stage is on the water.' }
  const [open, held, sold, left, offered, admitted, fresh, ended] = [
    await seller.list('Jazz at the lake', 38, details),
    await seller.list(unique('Opera gala'), 120, event(20)),
    await seller.list(unique('Derby'), 55, details),
    await seller.list(unique('Cabaret'), 24),
    await seller.list(unique('Recital'), 31, event(5)),
    await seller.list(unique('Circus'), 18, event(1)),
    await seller.list(unique('Matinee'), 22, event(1)),
    await seller.list(unique('Lantern walk'), 26, { ...details, ...event(-2) }),
  ]
  const orders = { open: await buyer.order(held), complete: await buyer.order(sold), cancelled: await buyer.order(left) }
  await buyer.pay(orders.complete)
  await buyer.context.request.delete(`/api/orders/${orders.cancelled.id}`)
  const passes = { valid: await buyer.passOf(orders.complete), offered: await buyer.buy(offered), admitted: await buyer.buy(admitted) }
  await buyer.post(`/api/passes/${passes.offered.id}/resale`, { price: 31 })
  for (const [device, seconds] of [['North door', 0], ['South door', 47]] as const) {
    await seller.uploadAdmission(passes.admitted, device, new Date(Date.now() + seconds * 1000))
  }
  const ids = { valid: passes.valid.id, offered: passes.offered.id, admitted: passes.admitted.id }
  const { code = '' } = await buyer.buy(fresh)
  return { seller, buyer, open, held, orders, passes: ids, admitted, ended, code }
}

/** Waits until the page has loaded its data. */
async function waitUntilLoaded(page: Page): Promise<void> {
  await expect(page.locator('h1')).toBeVisible()
  await expect(page.locator('h1 .skeleton, .skeleton-card, .code-placeholder, main [aria-busy=true]')).toHaveCount(0)
  await page.evaluate(() => document.fonts.ready)
}

type People = Record<PageOfScene['as'], Person>

export async function createPeople(someone: (options: BrowserContextOptions) => Promise<Person>, options: BrowserContextOptions): Promise<People> {
  return { visitor: await someone(options), seller: await someone(options), buyer: await someone(options) }
}

/** Opens every page of a new scene in its state, in the first window size and in light, and runs a check on it. */
export async function visitPages(people: People, check: (page: Page, name: string) => Promise<void>, pages = PAGES): Promise<void> {
  const viewport = people.visitor.page.viewportSize()
  const scene = await createScene(people.seller, people.buyer)
  for (const [name, { as, path, act, leave }] of Object.entries(pages)) {
    await test.step(name, async () => {
      const { page } = people[as]
      if (viewport) await page.setViewportSize(viewport)
      await page.emulateMedia({ colorScheme: 'light' })
      await page.goto(path(scene))
      await waitUntilLoaded(page)
      await act?.(page, scene)
      await waitUntilLoaded(page)
      await check(page, name)
      await leave?.(page)
    })
  }
}
