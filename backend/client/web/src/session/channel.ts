// Notifies the other tabs of this browser of a sign-in or sign-out. They then request the current user.

const NAME = 'session'

export class SessionChannel {
  readonly #channel: BroadcastChannel | null = open()

  /** Calls the watcher when another tab notifies. Returns the function that unsubscribes it. */
  subscribe(watcher: () => void): () => void {
    this.#channel?.addEventListener('message', watcher)
    return () => this.#channel?.removeEventListener('message', watcher)
  }

  notify(): void {
    this.#channel?.postMessage('changed')
  }
}

/** Returns null if the browser denies channels. The tab then notices a change on focus or on a rejected request. */
function open(): BroadcastChannel | null {
  try {
    return new BroadcastChannel(NAME)
  } catch {
    return null
  }
}
