// Navigation, layout stability, sign-in redirects and settings.
import { expect, test, unique } from './support/test'

test('ticket that is opened while a search is typed stays open', async ({ someone }) => {
  const [seller, { page }] = [await (await someone()).signUp(), await someone()]
  // Among the first of the market.
  const ticket = await seller.list(unique('Etude'), 20, { startsAt: new Date(Date.now() + 3_600_000).toISOString() })
  await page.goto('/')
  const link = page.getByRole('link', { name: ticket.title })
  await expect(link).toBeVisible()
  await page.getByRole('searchbox').pressSequentially('Et')
  await link.click()
  await page.waitForURL(/\/tickets\//)
  // The search would take effect 300 ms after the last key.
  await page.waitForTimeout(600)
  await expect(page).toHaveURL(`/tickets/${ticket.id}`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(ticket.title)
})

test('back, forward and reload show the right page', async ({ someone }) => {
  const seller = await (await someone()).signUp()
  const ticket = await seller.list(unique('Choir'))
  const { page } = seller
  const heading = page.getByRole('heading', { level: 1 })
  await page.goto('/?sort=newest')
  await page.getByRole('link', { name: ticket.title }).click()
  await expect(heading).toHaveText(ticket.title)
  await expect(heading).toBeFocused()
  await expect(page).toHaveTitle(`${ticket.title} · ticketing`)
  await page.goBack()
  await expect(heading).toHaveText('Market')
  await page.goForward()
  await expect(heading).toHaveText(ticket.title)
  await page.reload()
  await expect(heading).toHaveText(ticket.title)
  await page.goto('/no/such/page')
  await expect(heading).toHaveText('Page not found')
  await page.goto('/orders/not-an-order')
  await expect(heading).toHaveText('Order not found')
})

test('pages load without layout shift', async ({ someone }) => {
  const person = await (await someone()).signUp()
  const ticket = await person.list(unique('Rowing'))
  const order = await person.order(await person.list(unique('Skating')))
  await person.context.addInitScript(() => {
    const seen = window as unknown as { moved: number }
    seen.moved = 0
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[]) seen.moved += entry.value
    }).observe({ type: 'layout-shift', buffered: true })
  })
  for (const path of ['/', `/tickets/${ticket.id}`, `/orders/${order.id}`, '/orders', '/listings', '/passes', '/check-in', '/tickets/new']) {
    const { page } = person
    await page.goto(path)
    await expect(page.locator('h1')).toBeVisible()
    await expect(page.locator('.account')).toHaveText(person.email)
    await expect(page.locator('.skeleton')).toHaveCount(0)
    expect(await page.evaluate(() => (window as unknown as { moved: number }).moved), path).toBeLessThan(0.01)
  }
})

test('signed-out visitor signs in and returns to the requested page', async ({ someone }) => {
  const [person, stranger] = [await (await someone()).signUp(), await someone()]
  const order = await person.order(await person.list(unique('Own ticket')))
  const { page } = stranger
  for (const path of ['/tickets/new', '/orders', `/orders/${order.id}`, '/listings', '/passes', '/claim', '/check-in']) {
    await page.goto(path)
    await expect(page).toHaveURL(`/auth/signin?next=${encodeURIComponent(path)}`)
  }
  await page.goto(`/auth/signin?next=${encodeURIComponent(`/orders/${order.id}`)}`)
  await page.getByLabel('E-mail').fill(person.email)
  await page.getByLabel('Password', { exact: true }).fill('wrong horse')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('alert')).toContainText('The e-mail or the password is wrong.')
  await page.getByLabel('Password', { exact: true }).fill('correct horse')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).toHaveURL(`/orders/${order.id}`)
  await expect(page.getByText('Time left to pay')).toBeVisible()

  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Signed out')
  await page.goto('/orders')
  await expect(page).toHaveURL('/auth/signin?next=%2Forders')
})

test('sign-in redirects to paths of this site only', async ({ someone }) => {
  for (const next of ['//evil.example/', 'https://evil.example/', '/\\evil.example', 'javascript:alert(1)', '/auth/signout']) {
    const person = await (await someone()).signUp()
    await person.page.goto(`/auth/signin?next=${encodeURIComponent(next)}`)
    await expect(person.page).toHaveURL('/')
    await expect(person.page.getByRole('heading', { level: 1 })).toHaveText('Market')
  }
})

test('language and appearance are stored', async ({ someone }) => {
  const { page } = await someone({ locale: 'ja-JP', colorScheme: 'dark' })
  await page.goto('/')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('マーケット')
  await expect(page.locator('html')).toHaveAttribute('lang', 'ja')
  const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
  const dark = await paper()
  await page.getByRole('button', { name: '設定' }).click()
  await page.getByLabel('English').check()
  await page.getByLabel('Light').check()
  expect(await paper()).not.toBe(dark)
  await page.reload()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Market')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')
})

test('sign-out in one tab signs out the other', async ({ someone }) => {
  const person = await (await someone()).signUp()
  await person.page.goto('/')
  await expect(person.page.locator('.account')).toHaveText(person.email)
  const other = await person.context.newPage()
  await other.goto('/auth/signout')
  // The page asks before it signs out.
  await expect(other.getByRole('heading', { level: 1 })).toHaveText('Sign out?')
  await other.getByRole('main').getByRole('button', { name: 'Sign out' }).click()
  await expect(other.getByRole('heading', { level: 1 })).toHaveText('Signed out')
  // The other tab is notified.
  await expect(person.page.locator('.account').getByRole('link', { name: 'Sign in' })).toBeVisible()
  await person.page.getByRole('link', { name: 'Orders' }).click()
  await expect(person.page).toHaveURL('/auth/signin?next=%2Forders')
})
