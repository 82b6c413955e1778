// Notifies the other tabs of this browser that something has changed.

export class Channel {
  readonly #channel: BroadcastChannel | null

  constructor(name: string) {
    this.#channel = open(name)
  }

  /** Calls the watcher when another tab notifies. Returns the function that unsubscribes it. */
  subscribe(watcher: () => void): () => void {
    this.#channel?.addEventListener('message', watcher)
    return () => this.#channel?.removeEventListener('message', watcher)
  }

  notify(): void {
    this.#channel?.postMessage('changed')
  }

  close(): void {
    this.#channel?.close()
  }
}

/** Returns null if the browser denies channels. The tab then notices a change on focus or with its next request. */
function open(name: string): BroadcastChannel | null {
  try {
    return new BroadcastChannel(name)
  } catch {
    return null
  }
}
