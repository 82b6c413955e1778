// Defects of a layout, computed from the boxes of what is drawn.
import type { Page } from '@playwright/test'

/** Returns the elements that make the page wider than the screen. */
export function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return []
    const all = [...document.body.querySelectorAll('*')].filter((element) => element.getBoundingClientRect().right > clientWidth)
    return [`${scrollWidth} > ${clientWidth}`, ...all.map((element) => `${element.tagName} ${element.getAttribute('class')}: ${element.textContent.slice(0, 40)}`)]
  })
}

/**
 * Returns the texts that are cut: lines that reach out of the window sideways, or out of an ancestor that clips them or scrolls sideways. An
 * ellipsis is on purpose, and what is for screen readers only has a box of one pixel.
 */
export function cutTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { clientWidth } = document.documentElement
    /** Returns what cuts the lines, from the inside out. */
    const cutter = (inner: Element, lines: DOMRect[]): string | null => {
      for (let around: Element | null = inner; around && around !== document.documentElement; around = around.parentElement) {
        const { overflowX, overflowY, textOverflow, webkitLineClamp, clipPath } = getComputedStyle(around)
        const { left, right, top, bottom, width } = around.getBoundingClientRect()
        const isShortened = textOverflow === 'ellipsis' || webkitLineClamp !== 'none'
        if (isShortened || clipPath !== 'none' || width <= 1) return null
        const clips = (value: string) => value === 'hidden' || value === 'clip'
        const isOut = (line: DOMRect) =>
          (overflowX !== 'visible' && (line.left < left - 1 || line.right > right + 1)) || (clips(overflowY) && (line.top < top - 4 || line.bottom > bottom + 4))
        if (lines.some(isOut)) return around.getAttribute('class') ?? around.tagName
        // What is further down in a list comes into view.
        if (overflowX === 'auto') return null
      }
      return lines.some(({ left, right }) => left < -0.5 || right > clientWidth + 0.5) ? 'the window' : null
    }
    const cut: string[] = []
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      const parent = node.parentElement
      const text = node.textContent?.trim()
      if (!text || !parent?.checkVisibility({ visibilityProperty: true }) || parent.closest('.hidden, .skip, noscript, option')) continue
      const range = document.createRange()
      range.selectNodeContents(node)
      const by = cutter(parent, [...range.getClientRects()].filter(({ width }) => width > 0))
      if (by) cut.push(`“${text.slice(0, 40)}” by ${by}`)
    }
    return cut
  })
}

/** Returns the labels of the navigation that overlap, or reach out of their link. */
export function navigationDefects(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const labels = [...document.querySelectorAll('.nav a')].map((link) => {
      const range = document.createRange()
      range.selectNodeContents(link.querySelector('span') ?? link)
      const icon = link.querySelector('.icon')
      return { text: link.textContent, link: link.getBoundingClientRect(), label: range.getBoundingClientRect(), icon: icon?.checkVisibility() ? icon.getBoundingClientRect() : null }
    })
    const meet = (one: DOMRect, other: DOMRect) =>
      one.left < other.right - 0.5 && other.left < one.right - 0.5 && one.top < other.bottom - 2 && other.top < one.bottom - 2
    return labels.flatMap(({ text, link, label, icon }, at) => {
      const defects = labels.slice(at + 1).filter((other) => meet(label, other.label)).map((other) => `${text} meets ${other.text}`)
      if (label.left < link.left - 0.5 || label.right > link.right + 0.5) defects.push(`${text} reaches out of its link`)
      if (icon && meet(label, icon)) defects.push(`${text} meets its icon`)
      return defects
    })
  })
}

/** Returns what overlaps in the header. */
export function headerDefects(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const parts = [...document.querySelectorAll('.header a, .header button')].filter((part) => part.checkVisibility() && !part.closest('.panel'))
    const boxes = parts.map((part) => ({ name: part.textContent || part.getAttribute('aria-label'), box: part.getBoundingClientRect() }))
    return boxes.flatMap(({ name, box }, at) =>
      boxes
        .slice(at + 1)
        .filter((other) => box.left < other.box.right - 0.5 && other.box.left < box.right - 0.5 && box.top < other.box.bottom - 0.5 && other.box.top < box.bottom - 0.5)
        .map((other) => `${name} meets ${other.name}`),
    )
  })
}
