// Parts of the application that are loaded later. A deployment replaces them under other names, so an open page may miss its own.

/** Marks the entry of the history at which the page was loaded anew. It outlives the reload and needs no storage. */
const MARK = 'reloadedForChunk'

/**
 * Loads a part. Where it is gone and the server answers, the page is loaded anew, once: the new page names the new parts.
 * What fails for another reason, or again, fails.
 */
export async function loaded<T>(load: () => Promise<T>): Promise<T> {
  try {
    const part = await load()
    mark(false)
    return part
  } catch (error) {
    if (isMarked() || !(await isServerThere())) throw error
    mark(true)
    location.reload()
    // Nothing is drawn before the page is loaded anew.
    return new Promise(() => undefined)
  }
}

const state = (): Record<string, unknown> => ({ ...(history.state as Record<string, unknown> | null) })

const isMarked = (): boolean => state()[MARK] === true

function mark(reloaded: boolean): void {
  if (isMarked() === reloaded) return
  history.replaceState({ ...state(), [MARK]: reloaded || undefined }, '')
}

async function isServerThere(): Promise<boolean> {
  try {
    return (await fetch('/', { method: 'HEAD', cache: 'no-store' })).ok
  } catch {
    return false
  }
}
