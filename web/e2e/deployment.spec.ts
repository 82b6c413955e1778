// A deployment while a page is open: its parts have other names from then on.
import { expect, test } from './support/test'

const PART = '**/assets/others-*.js'

test('a part that is gone loads the page anew, once', async ({ someone }) => {
  const { page } = await someone()
  await page.goto('/')
  let loads = 0
  page.on('domcontentloaded', () => loads++)
  // The part is gone until the page was loaded anew.
  let asked = 0
  await page.route(PART, (route) => (asked++ === 0 ? route.fulfill({ status: 404 }) : route.fallback()))
  await page.goto('/auth/signin')
  await expect(page.getByLabel('E-mail')).toBeVisible()
  expect(asked).toBe(2)
  expect(loads).toBe(2)
})

test('a part that stays gone is said, and does not load the page for ever', async ({ browser, stack }) => {
  const page = await browser.newPage({ baseURL: stack.url })
  await page.addInitScript(() => {
    for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, { get: () => null })
  })
  let asked = 0
  await page.route(PART, (route) => {
    asked++
    return route.fulfill({ status: 404 })
  })
  await page.goto('/auth/signin')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Something went wrong')
  await expect(page.getByRole('button', { name: 'Reload the page' })).toBeVisible()
  expect(asked).toBe(2)
  await page.unroute(PART)
  await page.getByRole('button', { name: 'Reload the page' }).click()
  await expect(page.getByLabel('E-mail')).toBeVisible()
  await page.close()
})
