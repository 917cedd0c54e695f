/** Asks again until the answer is true; throws what `what` says when it never is. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  withinMs = 30_000,
  everyMs = 20,
): Promise<void> {
  const end = Date.now() + withinMs
  // Asked once more when the time is over: a process that was held for as long has not looked meanwhile.
  for (let isLast = false; !(await condition()); isLast = Date.now() >= end) {
    if (isLast) throw new Error(`not within ${withinMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}
