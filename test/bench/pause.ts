/** Milliseconds of doing nothing: for what is measured over time, not for waiting until something has happened. */
export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
