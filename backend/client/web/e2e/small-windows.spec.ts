// Every page in small windows: no sideways scroll, no text that is cut, and a navigation whose labels can be read.
import { cutTexts, headerDefects, navigationDefects, tooWide } from './support/layout'
import { createPeople, visitPages } from './support/scenes'
import { expect, test } from './support/test'

const SIZES = [
  { width: 320, height: 480 },
  { width: 320, height: 640 },
  { width: 568, height: 320 },
  { width: 640, height: 320 },
]

/** Reports the defects of every page, not of the first alone. */
const soft = expect.configure({ soft: true, timeout: 2000 })

for (const language of ['en', 'ja']) {
  test(`every page fits small windows (${language})`, async ({ someone }) => {
    test.setTimeout(300_000)
    const people = await createPeople(someone, { locale: language, viewport: { width: 320, height: 640 }, reducedMotion: 'reduce' })
    await visitPages(people, async (page, name) => {
      for (const viewport of SIZES) {
        await page.setViewportSize(viewport)
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme })
          const find = async () => (await Promise.all([tooWide, cutTexts, navigationDefects, headerDefects].map((check) => check(page)))).flat()
          // Some parts of a page follow the new size a moment later.
          await soft.poll(find, `${name}, ${viewport.width} × ${viewport.height}, ${colorScheme}`).toEqual([])
        }
      }
    })
  })
}
