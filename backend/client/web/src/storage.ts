// Optional browser storage: if it is missing, denied or full, values last as long as the page.

type BrowserStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/** Returns a storage that never throws. `open` and each call of its result may throw or return nothing. */
export function optionalStorage(open: () => BrowserStorage | null | undefined): BrowserStorage {
  /** The values that the browser storage did not accept. `null` is a removal that failed. */
  const memory = new Map<string, string | null>()
  const attempt = <T>(call: (storage: BrowserStorage) => T): { value: T } | null => {
    try {
      const storage = open()
      return storage ? { value: call(storage) } : null
    } catch {
      return null
    }
  }
  return {
    getItem: (name) => {
      const kept = memory.get(name)
      if (kept !== undefined) return kept
      return attempt((storage) => storage.getItem(name))?.value ?? null
    },
    setItem: (name, value) => {
      if (attempt((storage) => storage.setItem(name, value))) memory.delete(name)
      else memory.set(name, value)
    },
    removeItem: (name) => {
      if (attempt((storage) => storage.removeItem(name))) memory.delete(name)
      else memory.set(name, null)
    },
  }
}

/** Returns a stored value; null if there is none, or none that is JSON. */
export function readJson<T>(storage: Pick<BrowserStorage, 'getItem'>, name: string): T | null {
  try {
    return JSON.parse(storage.getItem(name) ?? 'null') as T | null
  } catch {
    return null
  }
}

/** Preferences, stored permanently. */
export const preferences = optionalStorage(() => window.localStorage)
/** Values of this tab, stored across reloads. */
export const tab = optionalStorage(() => window.sessionStorage)
