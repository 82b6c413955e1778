// With a high zoom, fixed elements never cover the focused element.
import type { Page } from '@playwright/test'

import { createPeople, visitPages } from './support/scenes'
import { expect, test } from './support/test'

/** A screen of 1280 × 800 pixels at a zoom of 200 %, and a narrow one that is as low. */
const SIZES = [
  { width: 640, height: 400 },
  { width: 320, height: 400 },
  { width: 568, height: 320 },
]
const MAX_STOPS = 120

interface Stop {
  name: string
  /** What covers it, or where it is outside of the screen; empty if all is well. */
  defect: string
  /** Whether it is that of the first stop, or of the header, which is the same on every page. */
  isLast: boolean
}

/** Moves the focus on, and describes the element that has it; null at the end of the page. */
async function nextStop(page: Page, key: 'Tab' | 'Shift+Tab'): Promise<Stop | null> {
  await page.keyboard.press(key)
  return page.evaluate(async () => {
    const focused = document.activeElement
    if (!focused || focused === document.body) return null
    const marked = document.querySelector('[data-first-stop]')
    if (!marked) focused.setAttribute('data-first-stop', '')
    // The styles of the focus may take a moment.
    await Promise.allSettled(focused.getAnimations().map(({ finished }) => finished))
    const { left, right, top, bottom } = focused.getBoundingClientRect()
    // What a page has replaced meanwhile is nowhere.
    const isGone = !focused.isConnected
    const name = `${focused.tagName.toLowerCase()} “${(focused.getAttribute('aria-label') ?? focused.getAttribute('name') ?? focused.textContent).slice(0, 40)}”`
    const defects: string[] = []
    // An element of several lines or a field that is larger than the screen is seen in part.
    const [x0, x1, y0, y1] = [Math.max(left, 0), Math.min(right, innerWidth), Math.max(top, 0), Math.min(bottom, innerHeight)]
    const isLarge = bottom - top > innerHeight / 2
    if (!isLarge && (top < -0.5 || bottom > innerHeight + 0.5)) defects.push(`from ${top} to ${bottom} of ${innerHeight}`)
    const points = [[(x0 + x1) / 2, (y0 + y1) / 2], [x0 + 4, y0 + 4], [x1 - 4, y0 + 4], [x0 + 4, y1 - 4], [x1 - 4, y1 - 4]] as const
    for (const [x, y] of isGone ? [] : isLarge ? points.slice(0, 1) : points) {
      const on = document.elementFromPoint(x, y)
      const fixed = on?.closest('.nav, .header, .docked, .toast, .panel')
      if (fixed && !fixed.contains(focused) && !focused.contains(on)) defects.push(`covered by ${fixed.className} at ${Math.round(x)}, ${Math.round(y)}`)
    }
    return { name, defect: defects.join('; '), isLast: marked === focused || Boolean(focused.closest('.panel, .header')?.matches('.header')) }
  })
}

for (const size of SIZES) {
  test(`focused element is never covered (${size.width} × ${size.height})`, async ({ someone }) => {
    test.setTimeout(300_000)
    const defects: string[] = []
    await visitPages(await createPeople(someone, { viewport: size, reducedMotion: 'reduce' }), async (page, name) => {
      for (const key of ['Tab', 'Shift+Tab'] as const) {
        await page.evaluate((key) => {
          document.querySelector('[data-first-stop]')?.removeAttribute('data-first-stop')
          if (key === 'Tab' && !document.querySelector('dialog, :popover-open')) document.querySelector('h1')?.focus()
        }, key)
        for (let stops = 0; ; stops++) {
          const stop = await nextStop(page, key)
          if (!stop || stop.isLast) break
          expect(stops, `${name}: the focus comes around`).toBeLessThan(MAX_STOPS)
          if (stop.defect) defects.push(`${name}, ${key}, ${stop.name}: ${stop.defect}`)
        }
      }
    })
    expect(defects).toEqual([])
  })
}
