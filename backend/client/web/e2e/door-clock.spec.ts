// A door without a network on a device whose clock is wrong, or is set meanwhile.
import type { Page } from '@playwright/test'

import { CHECK_INS, admittedPass, openDoor, ready, sell, status, verdictOf } from './support/door'
import type { Pass } from './support/person'
import { scan } from './support/scan'
import { expect, test, unique } from './support/test'

/** Makes the clock of the device wrong by an offset that can be changed. It stays over a reload. */
async function setClock(page: Page, offset: number): Promise<void> {
  await page.context().addInitScript((offset) => {
    const now = Date.now.bind(Date)
    localStorage.setItem('clock', localStorage.getItem('clock') ?? String(offset))
    Date.now = () => now() + Number(localStorage.getItem('clock'))
  }, offset)
}

const changeClock = (page: Page, offset: number) => page.evaluate((offset) => localStorage.setItem('clock', String(offset)), offset)

const HOUR = 60 * 60 * 1000
const CLOCK_SET = 'The clock of this device has changed; times of admissions may be wrong'

for (const [name, offset] of [['3 hours behind', -3 * HOUR], ['one hour ahead', HOUR]] as const) {
  test(`admissions without a network have the time of the server where the clock of the device is ${name}`, async ({ someone }) => {
    const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
    const [first, second] = await sell(seller, buyer, unique('Prelude'), 2)
    if (!first || !second) throw new Error('two passes are expected')
    const { page, context } = seller
    await setClock(page, offset)
    await openDoor(page, 'clock door', 2)
    await context.setOffline(true)
    const times: [Pass, number, number][] = []
    for (const [pass, again] of [[first, () => Promise.resolve()], [second, () => page.reload()]] as const) {
      await again()
      await expect(status(page)).toContainText('Offline')
      const before = Date.now()
      await scan(page, pass.code)
      await expect(verdictOf(page)).toContainText(pass === first ? /Admitted.*Seat 1/ : /Admitted.*Seat 2/)
      times.push([pass, before, Date.now()])
    }
    await expect(page.getByText(CLOCK_SET)).toHaveCount(0)
    await context.setOffline(false)
    for (const [pass, before, after] of times) {
      await expect.poll(async () => (await admittedPass(seller, pass)).device, { timeout: 40_000 }).toBe('clock door')
      const at = Date.parse(String((await admittedPass(seller, pass)).admittedAt))
      expect(at).toBeGreaterThan(before - 3000)
      expect(at).toBeLessThan(after + 3000)
    }
  })
}

test('clock of the device that is set without a network is reported, and refuses nobody', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const [first, second] = await sell(seller, buyer, unique('Postlude'), 2)
  const { page, context } = seller
  await setClock(page, 0)
  await openDoor(page, 'clock door', 2)
  for (const [pass, offset] of [[first, 2 * HOUR], [second, -2 * HOUR]] as const) {
    await expect(status(page)).not.toContainText(CLOCK_SET)
    await context.setOffline(true)
    await expect(status(page)).toContainText('Offline')
    await changeClock(page, offset)
    await expect(status(page)).toContainText(CLOCK_SET)
    await page.route(CHECK_INS, (route) => route.abort('connectionreset'))
    await scan(page, pass?.code)
    await expect(verdictOf(page)).toContainText('Admitted')
    // Only the time before the list shows it to a page that was opened later.
    await page.reload()
    await expect(status(page)).toContainText('Offline')
    await expect(page.getByText(CLOCK_SET)).toHaveCount(offset < 0 ? 1 : 0)
    await changeClock(page, 0)
    await page.unroute(CHECK_INS)
    await context.setOffline(false)
    await expect(ready(page)).toContainText('Works without a network', { timeout: 40_000 })
  }
})
