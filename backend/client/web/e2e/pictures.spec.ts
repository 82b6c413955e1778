// The screenshot of the README. `UPDATE_SCREENSHOTS=1` writes it to docs/images; otherwise it is discarded.
import { resolve } from 'node:path'

import { expect, test } from './support/test'

const DAY = 24 * 60 * 60 * 1000

/** Title, price, venue, days from today and time. */
const TICKETS = [
  ['RustConf, day 1', 149.99, 'Congress Hall', 24, '09:00'],
  ['Night train to Lisbon', 62.5, 'Central station', 30, '22:15'],
  ['Balloon ride at dawn', 210, 'Airfield', 17, '06:30'],
  ['Jazz at the lake', 38, 'Boathouse', 12, '20:30'],
  ['The Magic Flute, stalls', 89, 'State Opera', 11, '19:00'],
  ['Organ recital in the cathedral', 15, 'Cathedral', 5, '18:00'],
  ['Twelfth Night, front row', 55, 'Old Playhouse', 6, '19:30'],
  ['Harbour tour at sunset', 29.5, 'Pier 3', 7, '19:45'],
] as const

test('screenshot of the market', async ({ someone }) => {
  const options = { reducedMotion: 'reduce' as const, viewport: { width: 1100, height: 640 } }
  const seller = await (await someone(options)).signUp()
  const { page } = await someone(options)
  for (const [title, price, venue, days, time] of TICKETS) {
    const day = new Date(Date.now() + days * DAY).toISOString().slice(0, 10)
    await seller.list(title, price, { venue, startsAt: `${day}T${time}:00+01:00` })
  }
  await page.goto('/')
  await expect(page.getByText('Harbour tour at sunset')).toBeVisible()
  await page.evaluate(() => document.fonts.ready)
  const picture = await page.screenshot({ animations: 'disabled' })
  expect(picture.length).toBeLessThan(120_000)
  if (process.env.UPDATE_SCREENSHOTS !== undefined) {
    await page.screenshot({ animations: 'disabled', path: resolve(import.meta.dirname, '../../../../docs/images/pages.png') })
  }
})
