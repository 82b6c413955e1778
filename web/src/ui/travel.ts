// Going from page to page: where the focus and the eye land.

/** Whether one has just gone to another page, and nobody has taken the focus there yet. */
class Arrival {
  #pending = false

  note(): void {
    this.#pending = true
  }

  take(): boolean {
    const pending = this.#pending
    this.#pending = false
    return pending
  }
}

export const arrival = new Arrival()

/** Watches the address. A page gone to begins at its top; one gone back to is where the browser left it. */
export function watchTravel(): void {
  let path = location.pathname
  let back = false
  window.addEventListener('popstate', () => {
    back = true
  }, { capture: true })
  for (const event of ['popstate', 'pushState', 'replaceState']) {
    window.addEventListener(event, () => {
      const moved = location.pathname !== path
      path = location.pathname
      if (moved) {
        arrival.note()
        if (!back) window.scrollTo(0, 0)
      }
      back = false
    })
  }
}
