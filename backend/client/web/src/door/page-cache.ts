// The worker that opens the page of the door without a network.

/** The path of the worker. `build/door-worker.ts` writes it. */
const WORKER = '/door-worker.js'
/** The page of the door alone. */
const SCOPE = '/check-in'

/** Keeps the page in this browser. Returns whether it opens without a network now. */
export async function keepPage(): Promise<boolean> {
  // The development server has no worker, and some browsers refuse one, such as in private windows.
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return false
  try {
    const registration = await navigator.serviceWorker.register(WORKER, { scope: SCOPE })
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
