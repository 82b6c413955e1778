// Responses that are late or lost. The server has handled the requests.
import type { Page } from '@playwright/test'

/** Holds the responses of a method until `release` is called. `instead` replaces the response, and the request is not sent. */
export async function holdResponses(page: Page, method: string, path: RegExp, instead?: { status: number; body: string }) {
  let release = (): void => undefined
  const released = new Promise<void>((resolve) => (release = resolve))
  let handle = (): void => undefined
  const handled = new Promise<void>((resolve) => (handle = resolve))
  await page.route(path, async (route) => {
    if (route.request().method() !== method) return route.fallback()
    const response = instead ?? { response: await route.fetch() }
    handle()
    await released
    await route.fulfill(response)
  })
  return { handled, release }
}

/** Loses the next response of a method. */
export async function loseResponse(page: Page, method: string, path: RegExp): Promise<void> {
  let isLost = false
  await page.route(path, async (route) => {
    if (isLost || route.request().method() !== method) return route.fallback()
    isLost = true
    await route.fetch()
    await route.abort('connectionreset')
  })
}

/** Stops the clock of a page whose clock is installed: no response is late, however slow the machine is. */
export const stopClock = async (page: Page) => page.clock.pauseAt(await page.evaluate(() => Date.now() + 20_000))

/** As `redraws`, for a page whose clock is stopped. */
export async function redrawsStopped(page: Page): Promise<void> {
  for (let count = 0; count < 5; count += 1) {
    await page.evaluate(() => fetch('/api/users/currentuser').then(() => undefined))
    await page.clock.runFor(20)
  }
}

/** Waits until a page has drawn what its feed delivered: a request of its own takes longer than an event that was sent before. */
export const redraws = (page: Page) =>
  page.evaluate(async () => {
    for (let count = 0; count < 5; count += 1) await fetch('/api/users/currentuser')
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  })
