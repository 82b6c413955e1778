// The screenshot of the README. `UPDATE_SCREENSHOTS=1` writes it to docs/images; otherwise it is discarded.
import { resolve } from 'node:path'

import { expect, test } from './support/test'

const TICKETS = [
  ['RustConf, day 1', 149.99],
  ['Night train to Lisbon', 62.5],
  ['Balloon ride at dawn', 210],
  ['Jazz at the lake', 38],
  ['The Magic Flute, stalls', 89],
  ['Organ recital in the cathedral', 15],
  ['Twelfth Night, front row', 55],
  ['Harbour tour at sunset', 29.5],
] as const

test('screenshot of the market', async ({ someone }) => {
  const options = { reducedMotion: 'reduce' as const, viewport: { width: 1100, height: 640 } }
  const seller = await (await someone(options)).signUp()
  const { page } = await someone(options)
  for (const [title, price] of TICKETS) await seller.list(title, price)
  await page.goto('/?sort=newest')
  await expect(page.getByText('Harbour tour at sunset')).toBeVisible()
  await page.evaluate(() => document.fonts.ready)
  const picture = await page.screenshot({ animations: 'disabled' })
  expect(picture.length).toBeLessThan(120_000)
  if (process.env.UPDATE_SCREENSHOTS !== undefined) {
    await page.screenshot({ animations: 'disabled', path: resolve(import.meta.dirname, '../../../../docs/images/pages.png') })
  }
})
