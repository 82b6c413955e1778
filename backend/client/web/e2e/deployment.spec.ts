// A deployment while a page is open: the chunks have new names.
import { expect, test } from './support/test'

const CHUNK = '**/assets/lazy-*.js'

test('missing chunk reloads the page once', async ({ someone }) => {
  const { page } = await someone()
  await page.goto('/')
  let loads = 0
  page.on('domcontentloaded', () => loads++)
  // The chunk is missing until the reload.
  let requests = 0
  await page.route(CHUNK, (route) => (requests++ === 0 ? route.fulfill({ status: 404 }) : route.fallback()))
  await page.goto('/auth/signin')
  await expect(page.getByLabel('E-mail')).toBeVisible()
  expect(requests).toBe(2)
  expect(loads).toBe(2)
})

test('chunk that stays missing shows an error without a reload loop', async ({ browser, stack }) => {
  const page = await browser.newPage({ baseURL: stack.url })
  await page.addInitScript(() => {
    for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, { get: () => null })
  })
  let requests = 0
  await page.route(CHUNK, (route) => {
    requests++
    return route.fulfill({ status: 404 })
  })
  await page.goto('/auth/signin')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Something went wrong')
  await expect(page.getByRole('button', { name: 'Reload the page' })).toBeVisible()
  expect(requests).toBe(2)
  await page.unroute(CHUNK)
  await page.getByRole('button', { name: 'Reload the page' }).click()
  await expect(page.getByLabel('E-mail')).toBeVisible()
  await page.close()
})
