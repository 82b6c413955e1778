// A pause between two requests.

/** Resolves after this time in milliseconds. */
export const pause = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time))
