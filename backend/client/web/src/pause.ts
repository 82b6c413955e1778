// Times between requests.

/** A response that takes longer than this is late, in milliseconds. */
export const LATE_AFTER = 5000
/** While a response is late, what it changes is requested again after this time, in milliseconds. */
export const POLL_INTERVAL = 2000

/** Resolves after this time in milliseconds. */
export const pause = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time))
