// The fixtures: a marketplace for each worker, and users in private browser contexts whose errors fail the test.
import { type Browser, type BrowserContextOptions, test as base, expect } from '@playwright/test'

import { Person } from './person'
import { Stack } from './stack'

interface Fixtures {
  /** Creates a user with a fresh browser context. Errors and warnings of the pages fail the test. */
  someone: (options?: BrowserContextOptions) => Promise<Person>
}

interface WorkerFixtures {
  /** The time to pay for an order. */
  orderTtl: string
  /** The marketplace: a private one, or that of `TICKETING_E2E_SERVER`. */
  stack: Pick<Stack, 'url'>
}

/** The browser logs rejected requests, and Playwright a worker that a test has forbidden. */
const EXPECTED = /^(Failed to load resource|Service Worker registration blocked by Playwright)/

async function openBrowser(browser: Browser, url: string, errors: string[], options: BrowserContextOptions): Promise<Person> {
  const context = await browser.newContext({ baseURL: url, ...options })
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy: ${event.violatedDirective} refused ${event.blockedURI}`)
    })
  })
  context.on('weberror', (error) => errors.push(String(error.error())))
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !EXPECTED.test(message.text())) errors.push(message.text())
  })
  return new Person(await context.newPage(), context)
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  orderTtl: ['15m', { scope: 'worker', option: true }],
  stack: [
    async ({ orderTtl }, use) => {
      const deployed = process.env.TICKETING_E2E_SERVER
      if (deployed) {
        await use({ url: deployed })
        return
      }
      const stack = await new Stack({ TICKETING_ORDER_TTL: orderTtl }).start()
      await use(stack)
      await stack.finish()
    },
    { scope: 'worker' },
  ],
  someone: async ({ browser, stack }, use) => {
    const people: Person[] = []
    const errors: string[] = []
    await use(async (options = {}) => {
      const person = await openBrowser(browser, stack.url, errors, options)
      people.push(person)
      return person
    })
    for (const { context } of people) await context.close()
    expect(errors).toEqual([])
  },
})

export { expect }

/** Returns a title that no other test uses. */
export const unique = (title: string): string => `${title} ${crypto.randomUUID().slice(0, 8)}`
