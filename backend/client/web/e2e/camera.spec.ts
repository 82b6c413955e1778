// The camera of the check-in page, with a fake device of Chromium that shows the code of a ticket; and pictures in place of it.
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { BrowserContext, Page } from '@playwright/test'

import { Person, type Pass } from './support/person'
import { videoOf } from './support/picture'
import { expect, test, unique } from './support/test'

/** Signs up a seller and a buyer, sells a ticket, and takes a picture of its code on the screen of the buyer. */
async function soldTicket(someone: () => Promise<Person>): Promise<{ seller: Person; buyer: Person; pass: Pass; picture: Buffer }> {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const pass = await buyer.buy(await seller.list(unique('Lantern show'), 20, { seat: 'Row 4, seat 7' }))
  await buyer.page.goto(`/passes/${pass.id}`)
  const code = buyer.page.getByRole('img', { name: /^Code of the ticket/ })
  await expect(code).toBeVisible()
  return { seller, buyer, pass, picture: await code.screenshot() }
}

const verdict = (page: Page) => page.locator('.verdict')

/** Opens the check-in page, and the camera on it. */
async function film(context: BrowserContext): Promise<Page> {
  const page = await context.newPage()
  await page.goto('/check-in')
  await page.getByRole('button', { name: 'Use the camera' }).click()
  return page
}

test('camera reads the code of a ticket, once while it is in view', async ({ someone, playwright, launchOptions, stack }) => {
  const { seller, buyer, picture } = await soldTicket(someone)
  const path = join(tmpdir(), `ticketing-film-${crypto.randomUUID()}.y4m`)
  writeFileSync(path, await videoOf(buyer.page, picture))
  const args = [...(launchOptions.args ?? []), '--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${path}`]
  const browser = await playwright.chromium.launch({ ...launchOptions, args })
  try {
    const context = await browser.newContext({ baseURL: stack.url, permissions: ['camera'], storageState: await seller.context.storageState() })
    const requests: string[] = []
    context.on('request', (request) => requests.push(new URL(request.url()).pathname))
    const page = await film(context)
    await expect(verdict(page)).toContainText('Admitted')
    await expect(verdict(page)).toContainText('Row 4, seat 7')
    await expect(page.getByLabel('Picture of the camera')).toBeVisible()
    // The code stays in view for more looks, and is not read again.
    await expect.poll(() => page.locator('video').evaluate((video: HTMLVideoElement) => video.currentTime)).toBeGreaterThan(2)
    await expect(page.locator('.verdict-log li')).toHaveCount(1)
    expect(requests.filter((sent) => sent === '/api/passes/check-ins')).toHaveLength(1)

    // The picture and the verdict are on one screen of a phone.
    await page.setViewportSize({ width: 320, height: 640 })
    await page.evaluate(() => scrollTo(0, 0))
    const [navigation, shown] = [await page.locator('.nav').boundingBox(), await verdict(page).boundingBox()]
    expect((shown?.y ?? 0) + (shown?.height ?? 0)).toBeLessThanOrEqual(navigation?.y ?? 0)
    await expect(page.locator('.camera')).toBeInViewport({ ratio: 1 })

    await page.getByRole('button', { name: 'Stop the camera' }).click()
    await expect(page.locator('video')).toHaveCount(0)
    await page.getByRole('button', { name: 'Use the camera' }).click()
    await expect(verdict(page)).toContainText('Refused')
    await expect(verdict(page)).toContainText('Admitted already')
    // Although the button is below both, they come into view.
    await expect.poll(async () => (await page.locator('.camera').boundingBox())?.y).toBeGreaterThanOrEqual((await page.locator('.header').boundingBox())?.height ?? 0)
    const refused = await verdict(page).boundingBox()
    expect((refused?.y ?? 0) + (refused?.height ?? 0)).toBeLessThanOrEqual(navigation?.y ?? 0)
  } finally {
    await browser.close()
    rmSync(path)
  }
})

test('denied camera is explained, and can be tried again', async ({ someone, playwright, launchOptions, stack }) => {
  const { seller, pass } = await soldTicket(someone)
  const args = [...(launchOptions.args ?? []), '--use-fake-device-for-media-stream']
  const browser = await playwright.chromium.launch({ ...launchOptions, args })
  try {
    const context = await browser.newContext({ baseURL: stack.url, storageState: await seller.context.storageState() })
    const page = await film(context)
    await expect(page.getByRole('alert')).toContainText('This page may not use the camera.')
    await expect(page.getByRole('button', { name: 'Stop the camera' })).toHaveCount(0)
    await page.getByLabel('Code', { exact: true }).fill(pass.code ?? '')
    await page.keyboard.press('Enter')
    await expect(verdict(page)).toContainText('Admitted')
    await context.grantPermissions(['camera'])
    await page.getByRole('button', { name: 'Use the camera' }).click()
    await expect(page.getByLabel('Picture of the camera')).toBeVisible()
  } finally {
    await browser.close()
  }
})

test('device without a camera, and an address without https, leave the field and pictures', async ({ someone }) => {
  const { seller, pass, picture } = await soldTicket(someone)
  const page = await film(seller.context)
  await expect(page.getByRole('alert')).toContainText('This device has no camera.')
  await page.getByLabel('Read a picture').setInputFiles({ name: 'code.png', mimeType: 'image/png', buffer: picture })
  await expect(verdict(page)).toContainText('Admitted')
  await page.getByLabel('Read a picture').setInputFiles({ name: 'note.png', mimeType: 'image/png', buffer: Buffer.from('no picture') })
  await expect(page.getByText('This file is not a picture')).toBeVisible()
  const blank = await page.locator('.code-form').screenshot()
  await page.getByLabel('Read a picture').setInputFiles({ name: 'blank.png', mimeType: 'image/png', buffer: blank })
  await expect(page.getByText('There is no code in this picture.')).toBeVisible()
  await page.close()

  await seller.context.addInitScript(() => Object.defineProperty(navigator, 'mediaDevices', { value: undefined }))
  const insecure = await film(seller.context)
  await expect(insecure.getByRole('alert')).toContainText('https only')
  await insecure.getByLabel('Code', { exact: true }).fill(pass.code ?? '')
  await insecure.keyboard.press('Enter')
  await expect(verdict(insecure)).toContainText('Admitted already')
})

test('camera that is taken away is reported', async ({ someone, playwright, launchOptions, stack }) => {
  const seller = await (await someone()).signUp()
  const args = [...(launchOptions.args ?? []), '--use-fake-device-for-media-stream']
  const browser = await playwright.chromium.launch({ ...launchOptions, args })
  try {
    const context = await browser.newContext({ baseURL: stack.url, permissions: ['camera'], storageState: await seller.context.storageState() })
    const page = await film(context)
    await expect.poll(() => page.locator('video').evaluate((video: HTMLVideoElement) => video.currentTime)).toBeGreaterThan(0)
    await page.locator('video').evaluate((video: HTMLVideoElement) => {
      for (const track of (video.srcObject as MediaStream).getTracks()) track.stop()
    })
    await expect(page.getByRole('alert')).toContainText('The camera is used by another program.')
    await expect(page.getByRole('button', { name: 'Stop the camera' })).toHaveCount(0)
  } finally {
    await browser.close()
  }
})
