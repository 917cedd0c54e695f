/** Resolves after `ms` milliseconds; a browser may take longer over it in a tab that nobody sees. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
