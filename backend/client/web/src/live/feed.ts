// The live feed of tickets: one connection for each page, resumed with `Last-Event-ID`.
import type { Ticket } from '../api/types'
import { decode } from './events'

type ChangeKind = 'ticket:created' | 'ticket:updated' | 'ticket:deleted'

export interface Change {
  kind: ChangeKind
  ticket: Ticket
}

/** `idle`: the page is hidden. `connecting`: the first attempt. `waiting`: a connection was lost. */
export type FeedState = 'idle' | 'connecting' | 'live' | 'waiting'

/** The feed counts as lost after this time without an event. The server sends a heartbeat every 15 seconds. */
const SILENCE_TIMEOUT = 40_000
const MIN_BACKOFF = 500
const MAX_BACKOFF = 10_000
/** A hidden page closes its connection after this time: browsers allow six connections to a host, over all tabs. */
const HIDDEN_TIMEOUT = 10_000
/** After this time without events the page reloads its data instead of resuming. The server keeps events for a day. */
const MAX_RESUME_AGE = 3_600_000

/** The event with which the server announces that it cannot resume from the given id. */
const RESET = 'reset'
const KINDS = new Set<string>(['ticket:created', 'ticket:updated', 'ticket:deleted'])

export class Feed {
  #state: FeedState = 'idle'
  #lastEventId = ''
  #lastEventAt = 0
  #run: AbortController | null = null
  #wake: (() => void) | null = null
  #hideTimer: ReturnType<typeof setTimeout> | undefined
  readonly #watchers = new Set<(change: Change) => void>()
  readonly #observers = new Set<() => void>()
  #onReset: () => void = () => undefined

  get state(): FeedState {
    return this.#state
  }

  /** Calls the watcher for each change of a ticket. Returns the function that unsubscribes it. */
  subscribe(watcher: (change: Change) => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** Calls the observer when the state changes. Returns the function that unsubscribes it. */
  subscribeState = (observer: () => void): (() => void) => {
    this.#observers.add(observer)
    return () => this.#observers.delete(observer)
  }

  /**
   * Follows the feed while the page is visible. Returns the function that stops it. `onReset` is called when the feed does not continue
   * from the last event: cached responses may have missed changes.
   */
  start(onReset: () => void): () => void {
    this.#onReset = onReset
    const updateVisibility = () => {
      clearTimeout(this.#hideTimer)
      if (document.visibilityState === 'visible') this.#resume()
      else this.#hideTimer = setTimeout(() => this.#pause(), HIDDEN_TIMEOUT)
    }
    const listening = new AbortController()
    const { signal } = listening
    document.addEventListener('visibilitychange', updateVisibility, { signal })
    window.addEventListener('online', () => this.#wake?.(), { signal })
    window.addEventListener('pagehide', () => this.#pause(), { signal })
    window.addEventListener('pageshow', updateVisibility, { signal })
    updateVisibility()
    return () => {
      listening.abort()
      clearTimeout(this.#hideTimer)
      this.#pause()
    }
  }

  #resume(): void {
    if (this.#run) return
    if (Date.now() - this.#lastEventAt > MAX_RESUME_AGE) this.#lastEventId = ''
    const run = new AbortController()
    this.#run = run
    this.#setState('connecting')
    void this.#follow(run.signal)
  }

  #pause(): void {
    this.#run?.abort()
    this.#run = null
    this.#wake?.()
    this.#setState('idle')
  }

  #setState(state: FeedState): void {
    if (this.#state === state) return
    this.#state = state
    for (const observer of this.#observers) observer()
  }

  async #follow(signal: AbortSignal): Promise<void> {
    let backoff = MIN_BACKOFF
    while (!signal.aborted) {
      try {
        await this.#readEvents(signal, () => (backoff = MIN_BACKOFF))
      } catch {
        // The next iteration reconnects after any error.
      }
      if (signal.aborted) return
      this.#setState('waiting')
      await this.#sleep(backoff * (0.5 + Math.random()))
      backoff = Math.min(backoff * 2, MAX_BACKOFF)
    }
  }

  async #readEvents(signal: AbortSignal, onLive: () => void): Promise<void> {
    const connection = new AbortController()
    const resumeFrom = this.#lastEventId
    let watchdog = setTimeout(() => connection.abort(), SILENCE_TIMEOUT)
    try {
      const response = await fetch('/api/tickets', {
        headers: { accept: 'text/event-stream', ...(resumeFrom && { 'last-event-id': resumeFrom }) },
        signal: AbortSignal.any([signal, connection.signal]),
        cache: 'no-store',
      })
      if (!response.ok || !response.body) throw new Error(`the feed responded with ${response.status}`)
      this.#setState('live')
      onLive()
      if (!resumeFrom) this.#onReset()
      for await (const event of decode(response.body)) {
        clearTimeout(watchdog)
        watchdog = setTimeout(() => connection.abort(), SILENCE_TIMEOUT)
        this.#lastEventAt = Date.now()
        if (!event) continue
        if (event.id) this.#lastEventId = event.id
        if (event.name === RESET) {
          // The server no longer has all events since the last id, so cached responses are out of date.
          if (!event.id) this.#lastEventId = ''
          this.#onReset()
        }
        if (event.data && KINDS.has(event.name)) this.#notify(event.name as ChangeKind, event.data)
      }
    } finally {
      clearTimeout(watchdog)
      connection.abort()
    }
  }

  #notify(kind: ChangeKind, data: string): void {
    const change = { kind, ticket: JSON.parse(data) as Ticket }
    for (const watcher of this.#watchers) watcher(change)
  }

  #sleep(time: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, time)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
