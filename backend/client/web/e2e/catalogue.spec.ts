// Every text of the pages comes from the catalogue: a build with marked catalogues is opened, and text without a mark is reported.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join, resolve } from 'node:path'

import type { BrowserContext, Page } from '@playwright/test'
import { type Plugin, build } from 'vite'

import { PAGES, createPeople, visitPages } from './support/scenes'
import { expect, test } from './support/test'

const ROOT = resolve(import.meta.dirname, '..')
const TYPES: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.html': 'text/html', '.png': 'image/png' }

/** Puts each Japanese text between ⟦ and ⟧. A message of the server without a translation gets no mark. */
const marked: Plugin = {
  name: 'marked',
  enforce: 'pre',
  transform: (code, id) =>
    id.endsWith('/texts/ja.ts')
      ? code.replace('export const ja: Texts =', 'const real: Texts =') +
        `const kept = new Set(['lang', 'name', 'brand', 'other'])
const mark = (value: any): any =>
  typeof value === 'string' ? '⟦' + value + '⟧'
  : typeof value === 'function' ? (...values: any[]) => '⟦' + value(...values) + '⟧'
  : Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, kept.has(name) ? inner : mark(inner)]))
export const ja: Texts = mark(real)`
      : undefined,
}

/** Opens pages with the files of a folder, and the API of the server. */
async function serve(context: BrowserContext, folder: string): Promise<void> {
  await context.route((url) => !url.pathname.startsWith('/api'), (route) => {
    const asked = join(folder, new URL(route.request().url()).pathname)
    const path = extname(asked) && existsSync(asked) ? asked : join(folder, 'index.html')
    return route.fulfill({ body: readFileSync(path), contentType: TYPES[extname(path)] ?? 'text/plain' })
  })
}

/** Returns the texts of a page that are neither marked nor of users, nor numbers and times, which the browser writes. */
function unmarked(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [document.title]
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement
      if (parent?.closest('bdi, time, script, noscript, svg, [lang]:not(html), .brand, .ticket-band, .code, textarea')) continue
      found.push(walker.currentNode.textContent ?? '')
    }
    for (const element of document.querySelectorAll('[aria-label], [placeholder], [title], [alt], [aria-description], [aria-roledescription]')) {
      for (const name of ['aria-label', 'placeholder', 'title', 'alt', 'aria-description', 'aria-roledescription']) found.push(element.getAttribute(name) ?? '')
    }
    const withoutMarks = (text: string): string => {
      const less = text.replace(/⟦[^⟦⟧]*⟧/g, '')
      return less === text ? text : withoutMarks(less)
    }
    return [...new Set(found.map((text) => withoutMarks(text).trim()))].filter((text) => /[\p{L}]/u.test(text))
  })
}

/** Texts that no language translates, and those of users and browsers. */
const SAME = [
  /^(· )?ticketing$/, /^TK1…$/, /^https?:\/\//, /^[0-9a-f]{8}$/, /^(English|日本語)$/,
  // The titles, the description and the identifiers of the scene.
  /^(Jazz at the lake|Opera gala|Derby|Cabaret|Recital|Circus|Matinee|Lantern walk)( [0-9a-f]{8})?( · ticketing)?$/, /^Doors open at six\./, /^(pi_sim_)?[0-9a-f-]{32,36}$/,
  // Times and amounts of the browser's `Intl`.
  /^[\d\s:/.,$+\-−–()年月日曜火水木金土時分秒前後午UTC]+$/,
]

let folder = ''

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ticketing-marked-'))
  await build({ root: ROOT, configFile: join(ROOT, 'vite.config.ts'), logLevel: 'error', plugins: [marked], build: { outDir: folder, emptyOutDir: true } })
})
test.afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Forms with errors that only the server finds. */
const INVALID_FORMS: typeof PAGES = {
  'sign-in-invalid': {
    as: 'visitor',
    path: () => '/auth/signin',
    act: (page) => submit(page, { email: 'nobody@example.com', password: 'wrong horse' }),
  },
  'sign-up-invalid': { as: 'visitor', path: () => '/auth/signup', act: (page) => submit(page, { email: 'nobody', password: 'short' }) },
  'sign-up-taken': {
    as: 'visitor',
    path: () => '/auth/signup',
    act: async (page) => {
      const email = await page.locator('html').evaluate(() => 'taken@example.com')
      for (let times = 0; times < 2; times++) await page.request.post('/api/users/signup', { data: { email, password: 'correct horse' } })
      await page.context().clearCookies()
      await page.reload()
      await submit(page, { email, password: 'correct horse' })
    },
  },
  'sell-long': {
    as: 'seller',
    path: () => '/tickets/new',
    act: (page) => submit(page, { title: 'x'.repeat(201), price: '1000000', venue: 'x'.repeat(121), seat: 'x'.repeat(61), description: 'x'.repeat(2001) }),
  },
  'sell-decimals': { as: 'seller', path: () => '/tickets/new', act: (page) => submit(page, { title: 'x', price: '1.234' }) },
  'resale-invalid': {
    as: 'buyer',
    path: ({ passes }) => `/passes/${passes.valid}`,
    act: async (page) => {
      await page.locator('details.actions summary').click()
      await submit(page, { price: '5000' })
    },
  },
  'claim-invalid': { as: 'seller', path: () => '/claim', act: (page) => submit(page, { claimCode: 'nonsense' }) },
  'market-words': { as: 'visitor', path: () => `/?q=${'x'.repeat(201)}&minPrice=much&maxPrice=-1` },
}

/** Fills the fields of the form and submits it without the validation of the browser. */
async function submit(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) {
    const field = page.locator(`main [name=${name}]`)
    if ((await field.count()) === 0) continue
    await field.evaluate((element) => element.removeAttribute('maxlength'))
    await field.fill(value)
  }
  await page.locator('main form').evaluateAll((forms) => forms.forEach((form) => form.setAttribute('novalidate', '')))
  await page.locator('main button[type=submit]').first().click()
  await expect(page.locator('main [role=alert], main [aria-invalid=true]').first()).toBeVisible()
}

test('every text is from the catalogue', async ({ someone }) => {
  test.setTimeout(480_000)
  const people = await createPeople(someone, { locale: 'ja', serviceWorkers: 'block' })
  for (const { context } of Object.values(people)) await serve(context, folder)
  await visitPages(
    people,
    async (page, name) => {
      const texts = await unmarked(page)
      expect.soft(texts.filter((text) => !SAME.some((same) => same.test(text))), name).toEqual([])
    },
    { ...PAGES, ...INVALID_FORMS },
  )
  // The catalogue is the marked one.
  await people.visitor.page.goto('/')
  await expect(people.visitor.page.getByRole('heading', { level: 1 })).toHaveText(/^⟦.*⟧$/)
})
