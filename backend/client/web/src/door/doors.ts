// The door of the user who is signed in, and what the doors of others have left in this browser.
import type { User } from '../api/types'
import { Door } from './door'
import { DoorStorage } from './storage'

let current: Door | null = null

/** Returns the door of a user. It is open until that of another user is. */
export function doorOf(user: User): Door {
  if (current?.user.id === user.id) return current
  closeDoor()
  return (current = new Door(user))
}

function closeDoor(): void {
  current?.close()
  current = null
}

/** Returns the number of admissions of a user that are not uploaded. */
export async function countWaiting(userId: string): Promise<number> {
  const storage = await DoorStorage.open()
  const own = await storage.admissions(userId).finally(() => storage.close())
  return own.filter(({ outcome }) => outcome === null).length
}

/** Deletes the doors of users who are not signed in. One with admissions to upload stays; returns whether one does. */
export async function forgetOtherDoors(userId: string | null): Promise<boolean> {
  if (current?.user.id !== userId) closeDoor()
  const storage = await DoorStorage.open()
  return storage.forgetOthers(userId).finally(() => storage.close())
}
