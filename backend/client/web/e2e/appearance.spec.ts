// Every page in both languages and appearances: axe reports no violation, no page is wider than the screen, what is tapped on a
// phone is large enough, and a screenshot is saved.
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'

import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'

import { tooWide } from './support/layout'
import { createPeople, visitPages } from './support/scenes'
import { expect, test } from './support/test'

const PICTURES = resolve(import.meta.dirname, '../../../../target/web-screenshots')
const WIDTHS = [320, 768, 1280]
const LANGUAGES = ['en', 'ja'] as const
/** `TICKETING_PICTURES=all` saves every combination. The default is wide and narrow, light and dark for each page. */
const ALL = process.env.TICKETING_PICTURES === 'all'

const isDefault = (language: string, colorScheme: string, width: number): boolean =>
  (colorScheme === 'light') === (language === 'en') ? width === 1280 : width === 320

/** The least width and height of what is tapped, in pixels. */
const TARGET = 44

/**
 * Returns what is too small for a finger. The target of a field is its box or its label, that of a card or a row the whole of it. Nobody
 * taps the link that skips to the content.
 */
function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate((least) => {
    const all = [...document.querySelectorAll('a:not(.skip), button, input, select, textarea, summary, [role=option]')]
    const small: string[] = []
    for (const element of all) {
      if (!element.checkVisibility({ visibilityProperty: true }) || element.getBoundingClientRect().width <= 1) continue
      const target = element.closest('.card, .order-row, .box') ?? (element.matches('input') ? element.closest('label') : null) ?? element
      const { width, height } = target.getBoundingClientRect()
      if (width < least || height < least) small.push(`${Math.round(width)} × ${Math.round(height)}: ${element.outerHTML.slice(0, 120)}`)
    }
    return small
  }, TARGET)
}

for (const language of LANGUAGES) {
  test.describe(language, () => {
    test.use({ locale: language })

    test('every page', async ({ someone }) => {
      test.setTimeout(180_000)
      mkdirSync(PICTURES, { recursive: true })
      const people = await createPeople(someone, { locale: language, reducedMotion: 'reduce' })
      await visitPages(people, async (page, name) => {
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme })
          for (const width of WIDTHS) {
            await page.setViewportSize({ width, height: 800 })
            expect(await tooWide(page), `${name} at ${width}`).toEqual([])
            // Some parts of a page follow the new width a moment later.
            if (width < 768) await expect.poll(() => smallTargets(page), `${name} at ${width}`).toEqual([])
            if (!ALL && !isDefault(language, colorScheme, width)) continue
            await page.screenshot({ path: `${PICTURES}/${name}-${width}-${colorScheme}-${language}.png`, animations: 'disabled', fullPage: ALL })
          }
          // Legacy mode: the pages have no frames.
          const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
          expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]), `${name}, ${colorScheme}`).toEqual([])
        }
      })
    })
  })
}
