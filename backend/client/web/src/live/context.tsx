// Provides the feed to the pages.
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, createContext, use, useEffect, useEffectEvent, useState, useSyncExternalStore } from 'react'

import { applyChange, keys } from './cache'
import { type Change, Feed, type FeedState } from './feed'

const FeedContext = createContext<Feed | null>(null)

function useFeed(): Feed {
  const feed = use(FeedContext)
  if (!feed) throw new Error('useFeed requires a FeedProvider')
  return feed
}

export function FeedProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient()
  const [feed] = useState(() => new Feed())
  useEffect(() => {
    const invalidate = () => {
      void client.invalidateQueries({ queryKey: keys.tickets })
      void client.invalidateQueries({ queryKey: ['ticket'] })
      void client.invalidateQueries({ queryKey: keys.own })
    }
    const unsubscribe = feed.subscribe((change) => applyChange(client, change))
    const stop = feed.start(invalidate)
    return () => {
      stop()
      unsubscribe()
    }
  }, [feed, client])
  return <FeedContext value={feed}>{children}</FeedContext>
}

export function useFeedState(): FeedState {
  const feed = useFeed()
  return useSyncExternalStore(feed.subscribeState, () => feed.state)
}

/** Calls the watcher for each change. */
export function useChanges(watcher: (change: Change) => void): void {
  const feed = useFeed()
  const watch = useEffectEvent(watcher)
  useEffect(() => feed.subscribe((change) => watch(change)), [feed])
}

/** Returns whether the browser reports a network connection. */
export function useOnline(): boolean {
  return useSyncExternalStore(subscribeOnline, () => navigator.onLine)
}

function subscribeOnline(changed: () => void): () => void {
  const listening = new AbortController()
  for (const event of ['online', 'offline']) window.addEventListener(event, changed, listening)
  return () => listening.abort()
}
