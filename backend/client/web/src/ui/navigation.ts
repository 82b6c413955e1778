// Navigation: focus and scroll position on a new page.

/** Whether the heading of a new page is still to be focused. */
class HeadingFocus {
  #pending = false

  request(): void {
    this.#pending = true
  }

  take(): boolean {
    const pending = this.#pending
    this.#pending = false
    return pending
  }
}

export const headingFocus = new HeadingFocus()

/** Watches the address. A new page starts at its top; going back keeps the position that the browser restores. */
export function watchNavigation(): void {
  let path = location.pathname
  let isBack = false
  window.addEventListener('popstate', () => {
    isBack = true
  }, { capture: true })
  for (const event of ['popstate', 'pushState', 'replaceState']) {
    window.addEventListener(event, () => {
      const isNewPage = location.pathname !== path
      path = location.pathname
      if (isNewPage) {
        headingFocus.request()
        if (!isBack) window.scrollTo(0, 0)
      }
      isBack = false
    })
  }
}
