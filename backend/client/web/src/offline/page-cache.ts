// The worker that opens pages without a network.

/** The path of the worker. `build/page-worker.ts` writes it. */
const WORKER = '/page-worker.js'

/** Keeps the pages below a path in this browser. Returns whether they open without a network now. */
export async function keepPage(scope: '/check-in' | '/passes'): Promise<boolean> {
  // The development server has no worker, and some browsers refuse one, such as in private windows.
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return false
  try {
    const registration = await navigator.serviceWorker.register(WORKER, { scope })
    if (registration.active) return true
    const worker = registration.installing ?? registration.waiting
    if (!worker) return false
    return await new Promise((resolve) => {
      const update = () => {
        if (worker.state === 'activated') resolve(true)
        if (worker.state === 'redundant') resolve(false)
      }
      worker.addEventListener('statechange', update)
      update()
    })
  } catch {
    return false
  }
}
