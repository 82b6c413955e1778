// What every test stands on: a marketplace for each worker, and people in browsers of their own that notice what breaks.
import { type Browser, type BrowserContextOptions, test as base, expect } from '@playwright/test'

import { Person } from './person'
import { Stack } from './stack'

interface Fixtures {
  /** Somebody with a fresh browser. What their pages complain of fails the test. */
  someone: (options?: BrowserContextOptions) => Promise<Person>
}

interface WorkerFixtures {
  /** How long a reservation lasts. */
  orderTtl: string
  stack: Stack
}

/** A refused request is told by the browser, too; the pages are tested for what they make of it. */
const EXPECTED = 'Failed to load resource'

async function arrive(browser: Browser, url: string, complaints: string[], options: BrowserContextOptions): Promise<Person> {
  const context = await browser.newContext({ baseURL: url, ...options })
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy: ${event.violatedDirective} refused ${event.blockedURI}`)
    })
  })
  context.on('weberror', (error) => complaints.push(String(error.error())))
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !message.text().startsWith(EXPECTED)) complaints.push(message.text())
  })
  return new Person(await context.newPage(), context)
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  orderTtl: ['15m', { scope: 'worker', option: true }],
  stack: [
    async ({ orderTtl }, use) => {
      const stack = await new Stack({ TICKETING_ORDER_TTL: orderTtl }).start()
      await use(stack)
      await stack.finish()
    },
    { scope: 'worker' },
  ],
  someone: async ({ browser, stack }, use) => {
    const people: Person[] = []
    const complaints: string[] = []
    await use(async (options = {}) => {
      const person = await arrive(browser, stack.url, complaints, options)
      people.push(person)
      return person
    })
    for (const { context } of people) await context.close()
    expect(complaints).toEqual([])
  },
})

export { expect }

/** A title that no other test uses. */
export const unique = (title: string): string => `${title} ${crypto.randomUUID().slice(0, 8)}`
