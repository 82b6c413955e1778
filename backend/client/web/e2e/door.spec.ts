// The door without a network: it admits by its list, keeps its admissions, and uploads them.
import AxeBuilder from '@axe-core/playwright'
import type { Browser, BrowserContext } from '@playwright/test'

import { CHECK_INS, admittedPass, openDoor, ready, sell, status, verdictOf } from './support/door'
import { scan, scanUntilRefused } from './support/scan'
import { Stack } from './support/stack'
import { type Pass, Person } from './support/person'
import { expect, test, unique } from './support/test'

test('door admits without a network, keeps its admissions over a reload, and uploads them', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const [first, second, third] = await sell(seller, buyer, unique('Vespers'), 3)
  if (!first || !second || !third) throw new Error('three passes are expected')
  const stranger = await (await someone()).signUp()
  const [foreign] = await sell(stranger, buyer, unique('Elsewhere'), 1)
  const { page, context } = seller
  await openDoor(page, 'north door', 3)
  await context.setOffline(true)

  await scan(page, first.code)
  await expect(verdictOf(page)).toContainText('Admitted')
  await expect(verdictOf(page)).toContainText(/Admitted.*Seat 1/)
  await expect(verdictOf(page)).toContainText(/Checked by the list of .+UTC, without a network/)
  await expect(status(page)).toContainText('Offline · 1 to upload')
  await expect(page.getByText('1 of 3 admitted')).toBeVisible()
  await scanUntilRefused(page, first.code)
  await expect(verdictOf(page)).toContainText(/Admitted already: .+UTC, north door/)
  // Another signature, and a ticket of another seller.
  const forged = `${second.code?.slice(0, 60)}${second.code?.[60] === '0' ? '1' : '0'}${second.code?.slice(61)}`
  await scan(page, forged)
  await expect(verdictOf(page)).toContainText('This is not the code of a pass')
  await scan(page, foreign?.code)
  await expect(verdictOf(page)).toContainText('Not on the door list')

  // The page opens without a network, and has forgotten nothing.
  await page.reload()
  await expect(status(page)).toContainText('Offline · 1 to upload')
  await scan(page, first.code)
  await expect(verdictOf(page)).toContainText(/Admitted already: .+UTC, north door/)
  await scan(page, second.code)
  await expect(verdictOf(page)).toContainText(/Admitted.*Seat 2/)
  await expect(status(page)).toContainText('Offline · 2 to upload')

  const before = Date.now()
  await context.setOffline(false)
  await expect(ready(page)).toContainText('Works without a network, too', { timeout: 30_000 })
  await expect(page.getByText('2 of 3 admitted')).toBeVisible()
  for (const pass of [first, second]) {
    await expect.poll(async () => (await admittedPass(seller, pass)).status).toBe('used')
    const { device, admittedAt, doubleAdmissions } = await admittedPass(seller, pass)
    expect([device, doubleAdmissions]).toEqual(['north door', undefined])
    expect(Date.parse(String(admittedAt))).toBeLessThan(before)
  }
  await scan(page, third.code)
  await expect(verdictOf(page)).toContainText(/Admitted.*Seat 3/)
  await expect(verdictOf(page)).not.toContainText('Checked by the list')
})

test('door works while the server is down, and its page opens from this browser', async ({ browser }) => {
  const stack = await new Stack().start()
  try {
    const people = [await person(browser, stack), await person(browser, stack)]
    const [seller, buyer] = [await people[0]?.signUp(), await people[1]?.signUp()]
    if (!seller || !buyer) throw new Error('two people are expected')
    const [first, second] = await sell(seller, buyer, 'Matins', 2)
    const { page, context } = seller
    await openDoor(page, 'south door', 2)
    await stack.stop()
    await page.close()
    const again = await context.newPage()
    await again.goto(`${stack.url}/check-in`)
    await expect(status(again)).toContainText('Offline')
    await scan(again, first?.code)
    await expect(verdictOf(again)).toContainText('Admitted')
    await again.close()
    await stack.start()
    // Any page uploads.
    const market = await context.newPage()
    await market.goto(`${stack.url}/orders`)
    await expect.poll(async () => first && (await admittedPass(seller, first)).device).toBe('south door')
    await market.goto(`${stack.url}/check-in`)
    await expect(market.getByText('1 of 2 admitted')).toBeVisible()
    await scan(market, second?.code)
    await expect(verdictOf(market)).toContainText('Admitted')
  } finally {
    await stack.finish()
  }
})

async function person(browser: Browser, stack: Stack): Promise<Person> {
  const context = await browser.newContext({ baseURL: stack.url })
  return new Person(await context.newPage(), context)
}

test('two doors without a network admit one ticket, and each sees both times', async ({ someone, browser, stack }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const title = unique('Double fugue')
  const [pass] = await sell(seller, buyer, title, 1)
  // The second device of the seller.
  const other: BrowserContext = await browser.newContext({ baseURL: stack.url, storageState: await seller.context.storageState() })
  const doors = [
    { page: seller.page, context: seller.context, name: 'north door' },
    { page: await other.newPage(), context: other, name: 'south door' },
  ]
  for (const { page, context, name } of doors) {
    await openDoor(page, name, 1)
    await context.setOffline(true)
  }
  const scannedAt: number[] = []
  for (const { page } of doors) {
    await scan(page, pass?.code)
    await expect(verdictOf(page)).toContainText('Admitted')
    await expect(status(page)).toContainText('Offline · 1 to upload')
    scannedAt.push(Date.now())
  }
  for (const { context } of doors) await context.setOffline(false)
  for (const { page } of doors) {
    const notice = page.getByRole('alert').filter({ hasText: 'One ticket was admitted more than once' })
    await expect(notice.getByRole('list', { name: 'Admissions' }).getByRole('listitem')).toHaveText([/north door$/, /south door$/], { timeout: 40_000 })
    await expect(ready(page)).toContainText('Works without a network')
  }
  // The pass has both times, each of its scan, and so has its page.
  await doors[1]?.page.goto(`/passes/${pass?.id}`)
  const admissions = doors[1]?.page.getByRole('alert').getByRole('list', { name: 'Admissions' }).getByRole('listitem')
  if (!admissions) throw new Error('two doors are expected')
  await expect(admissions).toHaveText([/north door$/, /south door$/])
  const times = await admissions.locator('time').evaluateAll((all) => all.map((one) => Date.parse(one.getAttribute('datetime') ?? '')))
  for (const [index, time] of times.entries()) expect(Math.abs(time - (scannedAt[index] ?? 0))).toBeLessThan(15_000)
  await other.close()
})

test('response that is lost is no refusal: the list admits, and the server admits once', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const [lost, failed, refused] = await sell(seller, buyer, unique('Canon'), 3)
  if (!lost || !failed || !refused) throw new Error('three passes are expected')
  const { page } = seller
  await openDoor(page, 'west door', 3)
  // The server admits, and the response is lost: the upload finds that out.
  await page.route(CHECK_INS, async (route) => {
    await route.fetch()
    await route.abort('connectionreset')
  })
  await scan(page, lost.code)
  await expect(verdictOf(page)).toContainText('Admitted')
  await page.unroute(CHECK_INS)
  await expect(ready(page)).toContainText('Works without a network', { timeout: 30_000 })
  expect((await admittedPass(seller, lost)).doubleAdmissions).toBeUndefined()
  // A 5xx is no answer, a 4xx is one.
  await page.route(CHECK_INS, (route) => route.fulfill({ status: 502, body: 'bad gateway' }))
  await scan(page, failed.code)
  await expect(verdictOf(page)).toContainText(/Checked by the list of .+UTC, without a network/)
  await page.unroute(CHECK_INS)
  await expect(ready(page)).toContainText('Works without a network', { timeout: 30_000 })
  await expect.poll(async () => (await admittedPass(seller, failed)).device).toBe('west door')
  await page.route(CHECK_INS, (route) => route.fulfill({ status: 429, body: JSON.stringify({ errors: [{ message: 'no', code: 'too_many_requests' }] }) }))
  await scan(page, refused.code)
  await expect(verdictOf(page)).toContainText('Not known')
  await expect(status(page)).not.toContainText('to upload')
  await page.unroute(CHECK_INS)
})

test('two tabs of one door admit a code once, and one of them uploads', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const [pass, other] = await sell(seller, buyer, unique('Rondo'), 2)
  const { page, context } = seller
  const second = await context.newPage()
  await openDoor(page, 'east door', 2)
  await openDoor(second, 'east door', 2)
  await context.setOffline(true)
  await Promise.all([scan(page, pass?.code), scan(second, pass?.code)])
  const heads = await Promise.all([page, second].map(async (tab) => {
    await expect(verdictOf(tab)).toContainText(/Admitted|Refused/)
    return verdictOf(tab).locator('.verdict-head').textContent()
  }))
  expect(heads.sort()).toEqual(['Admitted', 'Refused'])
  await scan(page, other?.code)
  await expect(verdictOf(page)).toContainText(/Admitted.*Seat 2/)
  for (const tab of [page, second]) await expect(status(tab)).toContainText('Offline · 2 to upload')
  const uploads: string[] = []
  context.on('request', (request) => {
    if (request.url().endsWith('/check-ins')) uploads.push((request.postDataJSON() as { code: string }).code)
  })
  await context.setOffline(false)
  for (const tab of [page, second]) await expect(ready(tab)).toContainText('Works without a network', { timeout: 40_000 })
  expect(uploads.sort()).toEqual([pass?.code, other?.code].sort())
})

test('signing out with admissions to upload asks, and no other account uploads them', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const [pass] = await sell(seller, buyer, unique('Finale'), 1)
  if (!pass) throw new Error('a pass is expected')
  const { page, context } = seller
  await openDoor(page, 'stage door', 1)
  await page.route(CHECK_INS, (route) => route.abort('connectionreset'))
  await scan(page, pass.code)
  await expect(status(page)).toContainText('1 to upload')
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page).toHaveURL('/auth/signout')
  await expect(page.getByRole('alert')).toContainText('1 admission is not uploaded')
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  expect(violations.map(({ id }) => id)).toEqual([])
  await page.getByRole('button', { name: 'Sign out all the same' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Signed out')
  await page.unroute(CHECK_INS)

  // Another account of this browser sees that something waits, and sends nothing.
  const sent: string[] = []
  context.on('request', (request) => {
    if (request.url().endsWith('/check-ins')) sent.push(request.url())
  })
  const email = `${unique('other').replaceAll(' ', '-')}@example.com`
  await seller.post('/api/users/signup', { email, password: 'correct horse' })
  await page.goto('/check-in')
  await expect(page.getByText('1 admission of another account to upload')).toBeVisible()
  expect(sent).toEqual([])
  // Without a network the door of the account that has signed out opens for nobody.
  await context.clearCookies()
  await context.request.post('/api/users/signin', { data: { email: seller.email, password: 'correct horse' } })
  await page.goto('/orders')
  await expect.poll(async () => (await admittedPass(seller, pass)).device).toBe('stage door')
  expect(sent).toHaveLength(1)
})

const LIMITS = {
  'cannot verify': {
    says: 'this browser cannot verify codes',
    script: () => {
      const importKey = crypto.subtle.importKey.bind(crypto.subtle) as (...args: unknown[]) => Promise<CryptoKey>
      Object.assign(crypto.subtle, {
        importKey: (...args: unknown[]) =>
          (args[2] as { name?: string }).name === 'Ed25519' ? Promise.reject(new DOMException('unknown', 'NotSupportedError')) : importKey(...args),
      })
    },
  },
  'keeps no data': {
    says: 'this browser keeps no data for this page',
    script: () => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('denied', 'SecurityError')
      }
    },
  },
}

for (const [kind, { says, script }] of Object.entries(LIMITS)) {
  test(`browser that ${kind} says that it checks in only with a network`, async ({ someone }) => {
    const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
    const [pass] = await sell(seller, buyer, unique('Solo'), 1)
    await seller.context.addInitScript(script)
    const { page } = seller
    await page.goto('/check-in')
    await expect(ready(page)).toContainText(says)
    await page.route(CHECK_INS, (route) => route.abort('connectionreset'))
    await scan(page, pass?.code)
    await expect(verdictOf(page)).toContainText('Not known')
    await page.unroute(CHECK_INS)
    await scan(page, pass?.code)
    await expect(verdictOf(page)).toContainText('Admitted')
    await expect(page.getByText('1 of 1 admitted')).toBeVisible()
  })
}

test('door without a network admits a later holder, and says that an earlier one has entered', async ({ someone }) => {
  const [seller, buyer, friend] = [await (await someone()).signUp(), await (await someone()).signUp(), await (await someone()).signUp()]
  const [pass] = await sell(seller, buyer, unique('Refrain'), 1)
  if (!pass) throw new Error('a pass is expected')
  const { page, context } = seller
  await openDoor(page, 'gate', 1)
  await context.setOffline(true)
  await scan(page, pass.code)
  await expect(verdictOf(page)).toContainText('Admitted')
  const { claimCode } = (await buyer.post(`/api/passes/${pass.id}/transfer`, {})) as { claimCode: string }
  const claimed = (await friend.post('/api/passes/claims', { claimCode })) as Pass
  await scan(page, claimed.code)
  await expect(verdictOf(page).locator('.verdict-warning')).toContainText(/An earlier holder has entered with this ticket already: .+, gate/)
  await expect(status(page)).toContainText('2 to upload')
  await scanUntilRefused(page, claimed.code)
  await expect(verdictOf(page)).toContainText('Admitted already')
  await scan(page, pass.code)
  await expect(verdictOf(page)).toContainText('Refused')
  await page.reload()
  await expect(status(page)).toContainText('2 to upload')
  await context.setOffline(false)
  await expect.poll(async () => (await admittedPass(seller, pass)).status, { timeout: 40_000 }).toBe('used')
  await expect.poll(async () => (await admittedPass(seller, pass)).doubleAdmissions).toHaveLength(1)
})

test('admission that cannot be kept is none', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const [pass] = await sell(seller, buyer, unique('Etude'), 1)
  const { page, context } = seller
  await openDoor(page, '', 1)
  await page.evaluate(() => {
    IDBObjectStore.prototype.add = () => {
      throw new DOMException('full', 'QuotaExceededError')
    }
  })
  await context.setOffline(true)
  await scan(page, pass?.code)
  await expect(verdictOf(page)).toContainText('Not known')
  await expect(status(page)).not.toContainText('to upload')
})

test('own scans are counted at once, and the list is requested at a bounded rate', async ({ someone }) => {
  const [seller, buyer] = [await (await someone()).signUp(), await (await someone()).signUp()]
  const passes = await sell(seller, buyer, unique('Suite'), 4)
  const { page } = seller
  await openDoor(page, 'gate', 4)
  const lists: string[] = []
  page.on('request', (request) => {
    if (request.url().includes('issued=me')) lists.push(request.url())
  })
  for (const [index, { code }] of passes.entries()) {
    await scan(page, code)
    await expect(page.getByText(`${index + 1} of 4 admitted`)).toBeVisible()
  }
  expect(lists.length).toBeLessThanOrEqual(1)
})

test('worker keeps one build, and no response of the API', async ({ someone }) => {
  const seller = await (await someone()).signUp()
  const { page } = seller
  await page.goto('/check-in')
  await expect(ready(page)).toContainText('This page also opens without a network.')
  await page.reload()
  await expect(ready(page)).toContainText('This page also opens without a network.')
  const kept = await page.evaluate(async () => {
    const names = await caches.keys()
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()))
    return { names, paths: requests.flat().map(({ url }) => new URL(url).pathname), scope: (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => new URL(scope).pathname) }
  })
  expect(kept.names).toHaveLength(1)
  expect(kept.scope).toEqual(['/check-in'])
  expect(kept.paths).toContain('/check-in')
  expect(kept.paths.filter((path) => path !== '/check-in' && !path.startsWith('/assets/'))).toEqual([])
  // Other pages are not its business.
  await page.goto('/orders')
  expect(await page.evaluate(() => navigator.serviceWorker.controller)).toBeNull()
})
