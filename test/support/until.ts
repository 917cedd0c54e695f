/** Asks again until the answer is true; throws what `what` says when it never is. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  withinMs = 30_000,
  everyMs = 20,
): Promise<void> {
  for (const end = Date.now() + withinMs; Date.now() < end; ) {
    if (await condition()) return
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
  throw new Error(`not within ${withinMs} ms: ${what}`)
}
