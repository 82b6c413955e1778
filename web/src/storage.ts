// Browser storage that is optional: where the browser has none, refuses it or has no room, values last as long as the page.

type BrowserStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/** Storage that never throws. `open` may throw or give nothing, and each call of what it gives may throw. */
export function optionalStorage(open: () => BrowserStorage | null | undefined): BrowserStorage {
  /** What the browser did not take. `null` stands for a removal that failed. */
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

/** Kept for good: what was chosen. */
export const preferences = optionalStorage(() => window.localStorage)
/** Kept for this tab, across reloads. */
export const tab = optionalStorage(() => window.sessionStorage)
