// Storage that always works: where the browser refuses it, what is kept lasts as long as the page.

function storage(kind: 'localStorage' | 'sessionStorage'): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> {
  try {
    return window[kind]
  } catch {
    const kept = new Map<string, string>()
    return {
      getItem: (name) => kept.get(name) ?? null,
      setItem: (name, value) => void kept.set(name, value),
      removeItem: (name) => void kept.delete(name),
    }
  }
}

/** Kept for good: what was chosen. */
export const preferences = storage('localStorage')
/** Kept for this tab, across reloads. */
export const tab = storage('sessionStorage')
