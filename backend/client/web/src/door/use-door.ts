// The door of a page: its state and its list.
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useSyncExternalStore } from 'react'

import { skew } from '../api/clock'
import type { Pass, User } from '../api/types'
import { keys } from '../live/cache'
import { useFeedState, useOnline } from '../live/context'
import { useIssuedPasses } from '../passes/admissions-view'
import { useSession } from '../session/context'
import { useTexts } from '../texts/context'
import { useAnnounce } from '../ui/announcer'
import type { Door, DoorState } from './door'
import { doorOf } from './doors'
import { withAdmissions } from './rules'

export interface DoorView {
  door: Door
  state: DoorState
  found: ReturnType<typeof useIssuedPasses>
  /** The list, in which the admissions of this door have happened. */
  passes: Pass[]
}

/** Opens the door of a user, and prepares it with each list that the server sends. */
export function useDoor(user: User): DoorView {
  const client = useQueryClient()
  const texts = useTexts()
  const { showToast } = useAnnounce()
  const door = doorOf(user)
  const state = useSyncExternalStore(door.subscribe, door.getState)
  const found = useIssuedPasses(user)
  const session = useSession().state
  const [online, feed] = [useOnline(), useFeedState()]
  const { data, dataUpdatedAt, failureCount } = found
  useEffect(() => {
    void door.opened.then(() => {
      const kept = door.passes
      if (!kept || client.getQueryData(keys.door(user.id)) !== undefined) return
      client.setQueryData(keys.door(user.id), kept.passes, { updatedAt: kept.preparedAt - skew() })
    })
  }, [client, door, user.id])
  useEffect(() => {
    // `dataUpdatedAt` is of the clock of this device.
    if (data) door.prepare(data, dataUpdatedAt + skew()).catch(() => undefined)
  }, [door, data, dataUpdatedAt])
  const isInDoubt = failureCount > 0 || !online || feed === 'waiting' || session === 'unknown'
  useEffect(() => {
    if (isInDoubt) door.probe()
  }, [door, isInDoubt])
  const isAway = state.isOffline || state.waiting > 0
  useEffect(() => {
    if (!isAway) return
    // The server can be reached again: reload the session and the admissions of other doors.
    return () => {
      void client.invalidateQueries({ queryKey: keys.session })
      void client.invalidateQueries({ queryKey: keys.door(user.id) })
    }
  }, [client, user.id, isAway])
  const hadWaiting = useRef(false)
  useEffect(() => {
    if (hadWaiting.current && state.waiting === 0) showToast(texts.door.offline.uploaded)
    hadWaiting.current = state.waiting > 0
  }, [state.waiting, showToast, texts])
  return { door, state, found, passes: withAdmissions(data ?? [], state.admissions) }
}
