// Chunks that are loaded on demand. A deployment renames them, so an open page may request a chunk that no longer exists.

/** The key in `history.state` that marks a reload. It survives the reload and needs no storage. */
const RELOADED_KEY = 'reloadedForChunk'

/**
 * Loads a chunk. If it is missing and the server responds, reloads the page once, since the new page refers to the new chunks. Throws on
 * another error or a second failure.
 */
export async function loadChunk<T>(load: () => Promise<T>): Promise<T> {
  try {
    const chunk = await load()
    setReloaded(false)
    return chunk
  } catch (error) {
    if (hasReloaded() || !(await isServerReachable())) throw error
    setReloaded(true)
    location.reload()
    // Do not render before the reload.
    return new Promise(() => undefined)
  }
}

const state = (): Record<string, unknown> => ({ ...(history.state as Record<string, unknown> | null) })

const hasReloaded = (): boolean => state()[RELOADED_KEY] === true

function setReloaded(reloaded: boolean): void {
  if (hasReloaded() === reloaded) return
  history.replaceState({ ...state(), [RELOADED_KEY]: reloaded || undefined }, '')
}

async function isServerReachable(): Promise<boolean> {
  try {
    return (await fetch('/', { method: 'HEAD', cache: 'no-store' })).ok
  } catch {
    return false
  }
}
