import { type Ref, ref } from 'vue'
import { refusalText } from '../texts/refusals.ts'

export interface Attempts {
  /** Why what was tried last was refused, in the words of the page; empty when it was not. */
  readonly refusal: Ref<string>
  attempt(task: () => Promise<unknown>): Promise<void>
}

/** What the user tries and the service may refuse; `after` follows in either case. */
export function useAttempts(after: () => Promise<unknown> = async () => undefined): Attempts {
  const refusal = ref('')

  async function attempt(task: () => Promise<unknown>): Promise<void> {
    // Gone for a moment, so that the same refusal again is seen, and heard, as one of this attempt.
    refusal.value = ''
    refusal.value = await refusalOf(task)
    await after()
  }

  return { refusal, attempt }
}

/** Why a task was refused, in the words of the page; empty when it was not. */
export async function refusalOf(task: () => Promise<unknown>): Promise<string> {
  try {
    await task()
    return ''
  } catch (error) {
    return refusalText(error)
  }
}
