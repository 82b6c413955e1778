// Tells the other tabs of this browser that somebody has signed in or out. What is true they ask the server.

const NAME = 'session'

export class SessionChannel {
  readonly #channel: BroadcastChannel | null = open()

  /** Calls back when another tab has told. */
  watch(watcher: () => void): () => void {
    this.#channel?.addEventListener('message', watcher)
    return () => this.#channel?.removeEventListener('message', watcher)
  }

  tell(): void {
    this.#channel?.postMessage('changed')
  }
}

/** A browser that refuses storage may refuse channels, too; then a tab asks once it is looked at, or refused. */
function open(): BroadcastChannel | null {
  try {
    return new BroadcastChannel(NAME)
  } catch {
    return null
  }
}
