// Keeps the passes of the signed-in user in this browser, whichever page is open, and deletes those of another user.
import { type QueryCacheNotifyEvent, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'

import { serverNow } from '../api/clock'
import type { Page } from '../api/http'
import { heldPasses } from '../api/passes'
import { isStatus } from '../api/problem'
import type { Pass, User } from '../api/types'
import { keys } from '../live/cache'
import type { Session } from '../session/context'
import { keepPage } from './page-cache'
import { forgetPass, forgetPasses, keepAllPasses, keepPasses, userOfPasses } from './passes'

/** Keeps the passes that pages request, and requests all of them at the start and when the network is back, if some are kept. */
export function useKeptPasses({ state, user }: Pick<Session, 'state' | 'user'>): void {
  const client = useQueryClient()
  const [id, email] = [user?.id, user?.email]
  useEffect(() => {
    // While the server cannot say who is signed in, the passes of the last user stay.
    if (state === 'unknown') return
    if (userOfPasses()?.id !== id) forgetPasses()
    if (!id || !email) return
    const owner: User = { id, email }
    const refresh = () => void refreshPasses(owner).catch(() => undefined)
    const unsubscribe = client.getQueryCache().subscribe((event) => takeResponse(owner, event))
    window.addEventListener('online', refresh)
    refresh()
    return () => {
      window.removeEventListener('online', refresh)
      unsubscribe()
    }
  }, [client, state, id, email])
}

async function refreshPasses(user: User): Promise<void> {
  if (userOfPasses()?.id !== user.id) return
  const requestedAt = serverNow()
  const passes = await heldPasses(user.id)
  // Another user may have signed in meanwhile.
  if (userOfPasses()?.id !== user.id) return
  keepAllPasses(user, passes, requestedAt)
  await keepPage('/passes')
}

function takeResponse(user: User, event: QueryCacheNotifyEvent): void {
  if (event.type !== 'updated') return
  const { query, action } = event
  const [own, owner, kind, id] = query.queryKey as readonly unknown[]
  if (own !== keys.own[0] || owner !== user.id) return
  if (action.type === 'error' && kind === 'pass' && isStatus(action.error, 404)) forgetPass(user, String(id))
  if (action.type !== 'success') return
  const passes = passesOf(kind, action.data)
  if (passes.length === 0) return
  keepPasses(user, passes, serverNow())
  if (userOfPasses() !== null) void keepPage('/passes')
}

/** Returns the passes in a response. The query key determines its type. */
function passesOf(kind: unknown, data: unknown): Pass[] {
  if (kind === 'pass' || kind === 'order-pass') return data ? [data as Pass] : []
  return kind === 'passes' ? (data as { pages: Page<Pass>[] }).pages.flatMap(({ items }) => items) : []
}
