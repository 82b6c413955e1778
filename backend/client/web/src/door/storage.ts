// What a door keeps in this browser: the list and the keys that it admits by, and its admissions. An admission is on disk before the page
// shows it.
import type { Pass, PassKeys } from '../api/types'
import type { DoorAdmission } from './rules'

/** The data of a prepared door, apart from its list. */
export interface StoredDoor {
  issuer: string
  /** When the list came, by the clock of the server, in milliseconds. */
  preparedAt: number
  /** The offset of the server's clock, in milliseconds. */
  skew: number
  keys: PassKeys
}

type StoredAdmission = DoorAdmission & { issuer: string }

const NAME = 'door'
/** 2: an admission for each holder of a pass, where there was one for each pass. */
const VERSION = 2

/** Lists that differ less in age are the same, in milliseconds. */
const SAME_LIST = 1000
/** A list that is this much older than the known one came later, by a clock that was set back, in milliseconds. */
const CLOCK_SET_BACK = 60_000

/** Returns whether a list that was received at one time replaces one that was received at another. */
export const isNewerList = (receivedAt: number, known: number): boolean =>
  receivedAt >= known + SAME_LIST || receivedAt < known - CLOCK_SET_BACK

/** The database of all doors of this browser. An account sees its own door only. */
export class DoorStorage {
  private constructor(private readonly database: IDBDatabase) {
    // A page of a later version may change the database.
    database.onversionchange = () => database.close()
  }

  /** Opens the database. Rejects if the browser has none for this page. */
  static async open(): Promise<DoorStorage> {
    const opening = indexedDB.open(NAME, VERSION)
    opening.onupgradeneeded = ({ oldVersion }) => {
      const { result: database, transaction } = opening
      const create = () => database.createObjectStore('admissions', { keyPath: ['issuer', 'passId', 'serial'] })
      if (oldVersion < 1) {
        database.createObjectStore('doors', { keyPath: 'issuer' })
        database.createObjectStore('lists')
        create()
        return
      }
      const kept = transaction?.objectStore('admissions').getAll()
      if (!kept) return
      kept.onsuccess = () => {
        database.deleteObjectStore('admissions')
        const admissions = create()
        for (const one of kept.result as StoredAdmission[]) admissions.add(one)
      }
    }
    return new DoorStorage(await resultOf<IDBDatabase>(opening))
  }

  /** Returns the door of an account and its list. */
  async door(issuer: string): Promise<{ door: StoredDoor; passes: Pass[] } | null> {
    const transaction = this.database.transaction(['doors', 'lists'])
    const door = resultOf<StoredDoor | undefined>(transaction.objectStore('doors').get(issuer))
    const passes = resultOf<Pass[] | undefined>(transaction.objectStore('lists').get(issuer))
    const [found, list] = await Promise.all([door, passes])
    return found && list ? { door: found, passes: list } : null
  }

  /** Keeps a door, and its list where it has changed. A list that another tab has received later stays. */
  async saveDoor(door: StoredDoor, passes: Pass[] | null): Promise<void> {
    const transaction = this.database.transaction(['doors', 'lists'], 'readwrite')
    const [doors, lists] = [transaction.objectStore('doors'), transaction.objectStore('lists')]
    const known = doors.get(door.issuer)
    known.onsuccess = () => {
      const { preparedAt = 0 } = (known.result as StoredDoor | undefined) ?? {}
      if (preparedAt !== door.preparedAt && !isNewerList(door.preparedAt, preparedAt)) return
      doors.put(door)
      if (passes) lists.put(passes, door.issuer)
    }
    await endOf(transaction)
  }

  /** Returns the admissions of the door of an account. */
  async admissions(issuer: string): Promise<DoorAdmission[]> {
    const store = this.database.transaction('admissions').objectStore('admissions')
    return resultOf<DoorAdmission[]>(store.getAll(IDBKeyRange.bound([issuer], [issuer, []])))
  }

  /** Returns the admissions of a pass: one for each holder that this door has admitted. */
  async admissionsOf(issuer: string, passId: string): Promise<DoorAdmission[]> {
    const range = IDBKeyRange.bound([issuer, passId], [issuer, passId, []])
    return resultOf<DoorAdmission[]>(this.database.transaction('admissions').objectStore('admissions').getAll(range))
  }

  /** Returns the number of admissions of other accounts that are not uploaded. */
  async waitingOfOthers(issuer: string): Promise<number> {
    const store = this.database.transaction('admissions').objectStore('admissions')
    const all = await resultOf<StoredAdmission[]>(store.getAll())
    return all.filter((one) => one.issuer !== issuer && one.outcome === null).length
  }

  /** Keeps an admission. It is on disk when this resolves; false if this holder was admitted before, also in another tab. */
  async admit(issuer: string, admission: DoorAdmission): Promise<boolean> {
    const transaction = this.database.transaction('admissions', 'readwrite', { durability: 'strict' })
    transaction.objectStore('admissions').add({ ...admission, issuer })
    try {
      await endOf(transaction)
      return true
    } catch (error) {
      if (error instanceof DOMException && error.name === 'ConstraintError') return false
      throw error
    }
  }

  /** Replaces an admission: the server has answered. */
  async settle(issuer: string, admission: DoorAdmission): Promise<void> {
    const transaction = this.database.transaction('admissions', 'readwrite', { durability: 'strict' })
    transaction.objectStore('admissions').put({ ...admission, issuer })
    await endOf(transaction)
  }

  /** Deletes the admissions of these passes. */
  async remove(issuer: string, known: readonly DoorAdmission[]): Promise<void> {
    const transaction = this.database.transaction('admissions', 'readwrite')
    for (const { passId, serial } of known) transaction.objectStore('admissions').delete([issuer, passId, serial])
    await endOf(transaction)
  }

  /** Deletes the doors of all accounts but this one. A door with admissions to upload stays; returns whether one does. */
  async forgetOthers(issuer: string | null): Promise<boolean> {
    const transaction = this.database.transaction(['doors', 'lists', 'admissions'], 'readwrite')
    const [doors, lists, admissions] = [transaction.objectStore('doors'), transaction.objectStore('lists'), transaction.objectStore('admissions')]
    const ended = endOf(transaction)
    const [stored, all] = await Promise.all([
      resultOf<IDBValidKey[]>(doors.getAllKeys()),
      resultOf<StoredAdmission[]>(admissions.getAll()),
    ])
    const others = all.filter((one) => one.issuer !== issuer)
    const waiting = new Set(others.filter(({ outcome }) => outcome === null).map((one) => one.issuer))
    for (const other of new Set([...stored.map(String), ...others.map((one) => one.issuer)])) {
      if (other === issuer || waiting.has(other)) continue
      doors.delete(other)
      lists.delete(other)
      admissions.delete(IDBKeyRange.bound([other], [other, []]))
    }
    await ended
    return waiting.size > 0
  }

  close(): void {
    this.database.close()
  }
}

interface Requested extends EventTarget {
  readonly result: unknown
  readonly error: DOMException | null
}

/** Returns the result of a request. The database has what this page has stored, so `T` is known. */
function resultOf<T>(request: Requested): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result as T))
    request.addEventListener('error', () => reject(request.error ?? new DOMException('the request failed')))
  })
}

function endOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error ?? new DOMException('the transaction was aborted'))
  })
}
