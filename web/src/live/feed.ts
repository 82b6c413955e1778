// The live feed of tickets: one connection a page, taken up again where it broke off.
import type { Ticket } from '../api/types'
import { decode } from './events'

export type ChangeKind = 'ticket:created' | 'ticket:updated' | 'ticket:deleted'

export interface Change {
  kind: ChangeKind
  ticket: Ticket
}

/** `idle`: nobody looks. `connecting` is the first time, `waiting` after a connection was lost. */
export type FeedState = 'idle' | 'connecting' | 'live' | 'waiting'

/** The server says something every 15 seconds. */
const SILENCE = 40_000
const FIRST_PAUSE = 500
const LONGEST_PAUSE = 10_000
/** A page that nobody sees gives its connection back: a browser allows six for a host, over all tabs. */
const HIDDEN = 10_000
/** The server keeps changes for a day; after this long away it is simpler to ask for everything anew. */
const FORGET = 3_600_000

/** The event of a server that cannot go on from the place it was asked for. */
const RESET = 'reset'
const KINDS = new Set<string>(['ticket:created', 'ticket:updated', 'ticket:deleted'])

export class Feed {
  #state: FeedState = 'idle'
  #place = ''
  #lastHeard = 0
  #run: AbortController | null = null
  #wake: (() => void) | null = null
  #hiding: ReturnType<typeof setTimeout> | undefined
  readonly #watchers = new Set<(change: Change) => void>()
  readonly #observers = new Set<() => void>()
  #onFresh: () => void = () => undefined

  get state(): FeedState {
    return this.#state
  }

  /** Calls back at each change of a ticket. */
  watch(watcher: (change: Change) => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** Calls back when the state changes. */
  observe = (observer: () => void): (() => void) => {
    this.#observers.add(observer)
    return () => this.#observers.delete(observer)
  }

  /**
   * Follows the feed for as long as the page is seen; gives what ends that. `onFresh` is called when the feed begins at a
   * new place: what was read before may have missed changes.
   */
  start(onFresh: () => void): () => void {
    this.#onFresh = onFresh
    const look = () => {
      clearTimeout(this.#hiding)
      if (document.visibilityState === 'visible') this.#resume()
      else this.#hiding = setTimeout(() => this.#pause(), HIDDEN)
    }
    const online = () => this.#wake?.()
    const hide = () => this.#pause()
    document.addEventListener('visibilitychange', look)
    window.addEventListener('online', online)
    window.addEventListener('pagehide', hide)
    window.addEventListener('pageshow', look)
    look()
    return () => {
      document.removeEventListener('visibilitychange', look)
      window.removeEventListener('online', online)
      window.removeEventListener('pagehide', hide)
      window.removeEventListener('pageshow', look)
      clearTimeout(this.#hiding)
      this.#pause()
    }
  }

  #resume(): void {
    if (this.#run) return
    if (Date.now() - this.#lastHeard > FORGET) this.#place = ''
    const run = new AbortController()
    this.#run = run
    this.#become('connecting')
    void this.#follow(run.signal)
  }

  #pause(): void {
    this.#run?.abort()
    this.#run = null
    this.#wake?.()
    this.#become('idle')
  }

  #become(state: FeedState): void {
    if (this.#state === state) return
    this.#state = state
    for (const observer of this.#observers) observer()
  }

  async #follow(signal: AbortSignal): Promise<void> {
    let pause = FIRST_PAUSE
    while (!signal.aborted) {
      try {
        await this.#connection(signal, () => (pause = FIRST_PAUSE))
      } catch {
        // Whatever broke the connection, it is taken up again below.
      }
      if (signal.aborted) return
      this.#become('waiting')
      await this.#rest(pause * (0.5 + Math.random()))
      pause = Math.min(pause * 2, LONGEST_PAUSE)
    }
  }

  async #connection(signal: AbortSignal, onLive: () => void): Promise<void> {
    const line = new AbortController()
    const resumed = this.#place
    let watchdog = setTimeout(() => line.abort(), SILENCE)
    try {
      const response = await fetch('/api/tickets', {
        headers: { accept: 'text/event-stream', ...(resumed && { 'last-event-id': resumed }) },
        signal: AbortSignal.any([signal, line.signal]),
        cache: 'no-store',
      })
      if (!response.ok || !response.body) throw new Error(`the feed answered ${response.status}`)
      this.#become('live')
      onLive()
      if (!resumed) this.#onFresh()
      for await (const event of decode(response.body)) {
        clearTimeout(watchdog)
        watchdog = setTimeout(() => line.abort(), SILENCE)
        this.#lastHeard = Date.now()
        if (!event) continue
        if (event.id) this.#place = event.id
        if (event.name === RESET) {
          // The changes since the place are not all kept: what was read is out of date.
          if (!event.id) this.#place = ''
          this.#onFresh()
        }
        if (event.data && KINDS.has(event.name)) this.#tell(event.name as ChangeKind, event.data)
      }
    } finally {
      clearTimeout(watchdog)
      line.abort()
    }
  }

  #tell(kind: ChangeKind, data: string): void {
    const change = { kind, ticket: JSON.parse(data) as Ticket }
    for (const watcher of this.#watchers) watcher(change)
  }

  #rest(time: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, time)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
