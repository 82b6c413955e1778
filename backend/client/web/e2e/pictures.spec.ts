// The pictures of the README, and the icon and the preview of the pages, which are drawn from the mark. `UPDATE_SCREENSHOTS=1` writes them;
// otherwise they are discarded.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

import type { Page } from '@playwright/test'

import { symbolOf } from '../src/passes/qr'
import { en } from '../src/texts/en'
import { expect, test } from './support/test'

const IMAGES = resolve(import.meta.dirname, '../../../../docs/images')
const PUBLIC = resolve(import.meta.dirname, '../public')
const DAY = 24 * 60 * 60 * 1000
const LARGEST = 135_000

/** Title, price, venue, seat, days from today and time. */
const TICKETS = [
  ['Organ recital in the cathedral', 15, 'Cathedral', 'Nave', 1, '18:00'],
  ['Twelfth Night, front row', 55, 'Old Playhouse', 'Row A, seat 12', 8, '19:30'],
  ['Harbour tour at sunset', 29.5, 'Pier 3', 'Upper deck', 8, '19:45'],
  ['The Magic Flute, stalls', 89, 'State Opera', 'Row 9, seat 14', 18, '19:00'],
  ['Jazz at the lake', 38, 'Boathouse', 'Free seating', 19, '20:30'],
  ['Balloon ride at dawn', 210, 'Airfield', 'Basket 2', 22, '06:30'],
  ['RustConf, day 1', 149.99, 'Congress Hall', 'Hall B, seat 31', 29, '09:00'],
  ['Night train to Lisbon', 62.5, 'Central station', 'Car 7, berth 31', 30, '22:15'],
] as const

const startsAt = (days: number, time: string) => `${new Date(Date.now() + days * DAY).toISOString().slice(0, 10)}T${time}:00+01:00`

/** Takes a picture, and writes it where one is wanted. */
async function take(page: Page, path: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready)
  const wanted = process.env.UPDATE_SCREENSHOTS !== undefined
  const picture = await page.screenshot({ animations: 'disabled', ...(wanted && { path }) })
  expect(picture.length, path).toBeLessThan(LARGEST)
}

const OPTIONS = { reducedMotion: 'reduce' as const, viewport: { width: 1100, height: 720 } }

test('picture of the market', async ({ someone }) => {
  const seller = await (await someone(OPTIONS)).signUp()
  const { page } = await someone(OPTIONS)
  for (const [title, price, venue, seat, days, time] of TICKETS) {
    await seller.list(title, price, { venue, seat, startsAt: startsAt(days, time) })
  }
  await page.goto('/')
  await expect(page.getByText('The Magic Flute, stalls')).toBeVisible()
  await take(page, `${IMAGES}/pages.png`)
})

test('picture of a ticket that is paid', async ({ someone }) => {
  const seller = await (await someone(OPTIONS)).signUp()
  const buyer = await (await someone({ ...OPTIONS, viewport: { width: 1100, height: 600 }, colorScheme: 'dark' })).signUp()
  const [title, price, venue, seat, days, time] = TICKETS[3]
  await buyer.buy(await seller.list(title, price, { venue, seat, startsAt: startsAt(days, time) }))
  const { page } = buyer
  await page.goto('/passes')
  await page.getByRole('link', { name: title }).click()
  await expect(page.getByRole('img', { name: /^Code of the ticket/ })).toBeVisible()
  await take(page, `${IMAGES}/pass.png`)
})

const svg = (path: string) => `data:image/svg+xml;base64,${readFileSync(path).toString('base64')}`

test('icon and preview show the mark', async ({ someone }) => {
  const { page } = await someone()
  await page.setViewportSize({ width: 180, height: 180 })
  await page.setContent(`<body style="margin:0;background:#f6f4ef"><img alt="" src="${svg(`${PUBLIC}/favicon.svg`)}" style="display:block;width:140px;margin:20px">`)
  await take(page, `${PUBLIC}/touch-icon.png`)

  const { size, path } = symbolOf('TICKETING')
  await page.setViewportSize({ width: 1200, height: 630 })
  await page.setContent(`
    <style>
      body { margin: 0; padding: 72px 80px; background: #f6f4ef; color: #1a1d20; font: 30px/1.4 system-ui, sans-serif }
      .ticket { display: flex; margin: 64px 0 56px; filter: drop-shadow(0 2px 3px rgb(60 50 30 / 30%)) }
      .main, .stub { height: 272px; box-sizing: border-box; padding: 44px 48px; --cut: #0000 21.5px, #000 22px }
      .main { flex: 1; border-radius: 30px 0 0 30px; background: #8f2f2c; color: #fff; mask:
        radial-gradient(circle at 100% 0, var(--cut)) 0 0 / 100% 51% no-repeat, radial-gradient(circle at 100% 100%, var(--cut)) 0 100% / 100% 51% no-repeat }
      .stub { padding: 36px 44px; border-radius: 0 30px 30px 0; background: #fff; border-left: 4px dashed #d9b3b0; mask:
        radial-gradient(circle at 0 0, var(--cut)) 0 0 / 100% 51% no-repeat, radial-gradient(circle at 0 100%, var(--cut)) 0 100% / 100% 51% no-repeat }
      strong { display: block; margin-bottom: 28px; font-size: 50px; line-height: 1.25; white-space: nowrap }
      svg { display: block; height: 200px }
      img { display: block; height: 72px }
    </style>
    <img alt="" src="${svg(`${IMAGES}/wordmark-light.svg`)}">
    <div class="ticket">
      <div class="main"><strong>The Magic Flute</strong>Thursday, December 24, 7:00 PM<br>State Opera · Row 9, seat 14</div>
      <div class="stub"><svg viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path d="${path}"/></svg></div>
    </div>
    ${en.market.lead}`)
  await take(page, `${PUBLIC}/preview.png`)
})
