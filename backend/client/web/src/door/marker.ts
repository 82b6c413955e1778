// Whether this browser has a door, for pages that have not loaded its code: they upload its admissions, and ask before signing out.
import { useEffect, useState } from 'react'

import type { User } from '../api/types'
import type { Session } from '../session/context'
import { preferences, readJson } from '../storage'

/** The user whose door this is; an empty object if admissions wait and their user has signed out. */
const STORED = 'door'

const loadDoor = () => import('./doors')
const hasDoor = (): boolean => preferences.getItem(STORED) !== null

/** Returns the user whose door opens while the server cannot say who is signed in. */
export function userOfDoor(): User | null {
  const { id, email } = readJson<Partial<User>>(preferences, STORED) ?? {}
  return typeof id === 'string' && typeof email === 'string' ? { id, email } : null
}

export const markDoor = ({ id, email }: User): void => preferences.setItem(STORED, JSON.stringify({ id, email }))

/** Returns the number of admissions that are not uploaded. */
export async function waitingAdmissions(userId: string): Promise<number> {
  return hasDoor() ? loadDoor().then(({ countWaiting }) => countWaiting(userId), () => 0) : 0
}

/** Uploads the admissions of the user's door while any page is open, and deletes the doors of users who have signed out. */
export function useDoorUploads({ state, user }: Pick<Session, 'state' | 'user'>): void {
  const [id, email] = [user?.id, user?.email]
  useEffect(() => {
    // While the server cannot say who is signed in, the door of the last user stays. A door without a user was left by its user.
    if (!hasDoor() || (state === 'unknown' && userOfDoor() !== null)) return
    // Before anything that can fail: no other user can open the door while the server is unreachable.
    if (userOfDoor()?.id !== id) preferences.setItem(STORED, '{}')
    loadDoor()
      .then(async ({ doorOf, forgetOtherDoors }) => {
        if (id && email) doorOf({ id, email })
        // Each page does, since a page may be closed before it has deleted anything.
        const isAnyLeft = await forgetOtherDoors(id ?? null)
        if (!isAnyLeft && userOfDoor() === null) preferences.removeItem(STORED)
      })
      .catch(() => undefined)
  }, [state, id, email])
}

/** The number of admissions that signing out would leave behind; null until it is known. */
export function useWaitingAdmissions(userId: string): number | null {
  const [waiting, setWaiting] = useState<number | null>(null)
  useEffect(() => {
    let isCurrent = true
    void waitingAdmissions(userId).then((found) => isCurrent && setWaiting(found))
    return () => {
      isCurrent = false
    }
  }, [userId])
  return waiting
}
