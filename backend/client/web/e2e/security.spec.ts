// Hostile titles, the Content-Security-Policy, the session cookie, and other sites.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { expect, test, unique } from './support/test'

test('titles are rendered as plain text', async ({ someone }) => {
  const seller = await (await someone()).signUp()
  const { page } = seller
  const word = unique('hostile').replace(' ', '')
  const script = `${word} <script>window.hit=1</script><img src=x onerror="window.hit=1">`
  const shown = [
    [script, script],
    [`${word} \u202egnp.exe\u202c \u001b[31mred\u0007`, `${word} gnp.exe [31mred`],
    [`${word} javascript:alert(1)`, `${word} javascript:alert(1)`],
    [`${word} ${'w'.repeat(180)}`, `${word} ${'w'.repeat(180)}`],
  ] as const
  for (const [title] of shown) await seller.list(title)
  await page.goto(`/?q=${word}&sort=oldest`)
  await expect(page.locator('.grid h3')).toHaveText(shown.map(([, text]) => text))
  expect(await page.evaluate(() => 'hit' in window)).toBe(false)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1280)
  await page.getByRole('link', { name: '<script>' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(script)
  await expect(page).toHaveTitle(`${script} · ticketing`)
  expect(await page.evaluate(() => 'hit' in window)).toBe(false)
  const invisible = await seller.context.request.post('/api/tickets', { data: { title: '\u200b\u2060', price: 20 } })
  expect(invisible.status()).toBe(400)
})

test('policy allows own files and no inline code', async ({ someone }) => {
  const { page, context } = await someone()
  const answer = await context.request.get('/')
  const policy = answer.headers()['content-security-policy'] ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self'")
  expect(policy).toContain("style-src 'self'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toContain('unsafe')
  const hosts = new Set<string>()
  page.on('request', (request) => hosts.add(new URL(request.url()).host))
  await page.goto('/')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Market')
  expect([...hosts]).toEqual([new URL(page.url()).host])
})

test('inline script is blocked', async ({ browser, stack }) => {
  const page = await browser.newPage({ baseURL: stack.url })
  await page.goto('/')
  const refused = await page.evaluate(
    () =>
      new Promise((done) => {
        document.addEventListener('securitypolicyviolation', (event) => done(event.violatedDirective))
        const script = document.createElement('script')
        script.textContent = 'window.hit = 1'
        document.body.append(script)
      }),
  )
  expect(refused).toBe('script-src-elem')
  expect(await page.evaluate(() => 'hit' in window)).toBe(false)
  await page.close()
})

test('scripts cannot read the session', async ({ someone }) => {
  const person = await (await someone()).signUp()
  await person.page.goto('/')
  await expect(person.page.locator('.account')).toHaveText(person.email)
  expect(await person.page.evaluate(() => document.cookie)).toBe('')
  const cookies = await person.context.cookies()
  expect(cookies.map(({ name, httpOnly, sameSite }) => ({ name, httpOnly, sameSite }))).toEqual([
    { name: 'session', httpOnly: true, sameSite: 'Lax' },
  ])
  const stored = await person.page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))
  expect(stored).not.toContain('correct horse')
})

test('other site can neither write nor frame', async ({ someone, stack }) => {
  const person = await (await someone()).signUp()
  const other = createServer((_, response) => {
    response.setHeader('content-type', 'text/html')
    response.end('<!doctype html><title>elsewhere</title><h1>elsewhere</h1>')
  })
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
  try {
    const page = await person.context.newPage()
    await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`)
    const answer = page.waitForResponse((response) => response.url().endsWith('/api/users/signout'))
    await page.evaluate((url) => {
      const form = document.createElement('form')
      form.method = 'post'
      form.action = `${url}/api/users/signout`
      document.body.append(form)
      form.submit()
    }, stack.url)
    expect((await answer).status()).toBe(403)
    await person.page.goto('/')
    await expect(person.page.locator('.account')).toHaveText(person.email)
  } finally {
    other.close()
  }
})
