// The feed for the pages: its state, and what it says.
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, createContext, use, useEffect, useState, useSyncExternalStore } from 'react'

import { apply, keys } from './cache'
import { type Change, Feed, type FeedState } from './feed'

const FeedContext = createContext<Feed | null>(null)

function useFeed(): Feed {
  const feed = use(FeedContext)
  if (!feed) throw new Error('there is no feed here')
  return feed
}

export function FeedProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient()
  const [feed] = useState(() => new Feed())
  useEffect(() => {
    const fresh = () => {
      void client.invalidateQueries({ queryKey: keys.tickets })
      void client.invalidateQueries({ queryKey: ['ticket'] })
      void client.invalidateQueries({ queryKey: keys.own })
    }
    const unwatch = feed.watch((change) => apply(client, change))
    const stop = feed.start(fresh)
    return () => {
      stop()
      unwatch()
    }
  }, [feed, client])
  return <FeedContext value={feed}>{children}</FeedContext>
}

export function useFeedState(): FeedState {
  const feed = useFeed()
  return useSyncExternalStore(feed.observe, () => feed.state)
}

/** Calls back at each change; `watcher` should keep its identity. */
export function useChanges(watcher: (change: Change) => void): void {
  const feed = useFeed()
  useEffect(() => feed.watch(watcher), [feed, watcher])
}

/** Whether this machine has a network at all, as far as the browser knows. */
export function useOnline(): boolean {
  return useSyncExternalStore(subscribeOnline, () => navigator.onLine)
}

function subscribeOnline(changed: () => void): () => void {
  window.addEventListener('online', changed)
  window.addEventListener('offline', changed)
  return () => {
    window.removeEventListener('online', changed)
    window.removeEventListener('offline', changed)
  }
}
