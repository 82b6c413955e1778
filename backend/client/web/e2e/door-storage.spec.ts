// What a door keeps in the browser: nothing of a user who has signed out, all of an earlier version, and again what was deleted.
import type { Page } from '@playwright/test'

import { admittedPass, openDoor, sell, status, verdictOf } from './support/door'
import { scan } from './support/scan'
import { expect, test, unique } from './support/test'

/** The number of doors, lists and admissions that the browser keeps. */
const storedByDoors = (page: Page) =>
  page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open('door')
      opening.onsuccess = () => resolve(opening.result)
      opening.onerror = () => reject(new Error('no database'))
    })
    const counts = ['doors', 'lists', 'admissions'].map((name) => database.transaction(name).objectStore(name).count())
    return Promise.all(counts.map((count) => new Promise<number>((resolve) => (count.onsuccess = () => resolve(count.result)))))
  })

test('door of a user who has signed out opens for nobody', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  await sell(seller, buyer, unique('Encore'), 1)
  const { page, context } = seller
  await openDoor(page, 'gate', 1)
  await page.goto('/auth/signout')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Signed out')
  await context.setOffline(true)
  await page.goto('/check-in')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Check-in')
  await expect(page.getByLabel('Code', { exact: true })).toHaveCount(0)
  await expect.poll(() => storedByDoors(page)).toEqual([0, 0, 0])
})

test('door of a user who has signed out elsewhere is deleted by the next page', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  await sell(seller, buyer, unique('Coda'), 1)
  const { page, context } = seller
  await openDoor(page, 'gate', 1)
  await page.goto('about:blank')
  await context.clearCookies()
  await page.goto('/')
  await expect.poll(() => storedByDoors(page)).toEqual([0, 0, 0])
})

test('door of an earlier version keeps its admissions', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const [pass] = await sell(seller, buyer, unique('Da capo'), 1)
  const { page } = seller
  await page.goto('/orders')
  const { id: issuer } = ((await seller.get<{ currentUser: { id: string } }>('/api/users/currentuser'))).currentUser
  const admission = {
    issuer, passId: pass?.id, serial: 0, code: pass?.code, title: 'Da capo', seat: null, at: new Date().toISOString(), device: 'old gate',
    key: unique('key').replaceAll(' ', '-'), asked: null, outcome: null,
  }
  await page.evaluate(
    (admission) =>
      new Promise<void>((resolve) => {
        localStorage.setItem('door', '{}')
        const opening = indexedDB.open('door', 1)
        opening.onupgradeneeded = () => {
          opening.result.createObjectStore('doors', { keyPath: 'issuer' })
          opening.result.createObjectStore('lists')
          opening.result.createObjectStore('admissions', { keyPath: ['issuer', 'passId'] }).add(admission)
        }
        opening.onsuccess = () => {
          opening.result.close()
          resolve()
        }
      }),
    admission,
  )
  await page.goto('/check-in')
  await expect.poll(async () => pass && (await admittedPass(seller, pass)).device, { timeout: 40_000 }).toBe('old gate')
})

test('data of the page that is deleted without a network is written again', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const [first, second] = await sell(seller, buyer, unique('Reprise'), 2)
  const { page, context } = seller
  await openDoor(page, 'gate', 2)
  await context.setOffline(true)
  await scan(page, first?.code)
  await expect(verdictOf(page)).toContainText('Admitted')
  await page.evaluate(() => new Promise((resolve) => (indexedDB.deleteDatabase('door').onsuccess = resolve)))
  await scan(page, second?.code)
  await expect(verdictOf(page)).toContainText(/Admitted.*Seat 2/)
  await page.reload()
  await expect(status(page)).toContainText('2 to upload')
  await context.setOffline(false)
  for (const pass of [first, second]) {
    await expect.poll(async () => pass && (await admittedPass(seller, pass)).device, { timeout: 40_000 }).toBe('gate')
  }
})
