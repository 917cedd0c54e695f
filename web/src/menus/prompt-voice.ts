/** One voice for the whole page: a prompt asked for ends the one before. */
const voice = new Audio()

/** Says a prompt, named `language/name`. */
export async function say(prompt: string): Promise<void> {
  voice.src = `/api/v1/menu-prompts/${prompt}/audio`
  try {
    await voice.play()
  } catch (error) {
    // The next prompt was asked for before this one began.
    if (!(error instanceof DOMException && error.name === 'AbortError')) throw error
  }
}
