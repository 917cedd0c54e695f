import { type Ref, ref } from 'vue'
import { refusalText } from '../texts/refusals.ts'

export interface Attempts {
  /** Why what was tried last was refused, in the words of the page; empty when it was not. */
  readonly refusal: Ref<string>
  attempt(task: () => Promise<unknown>): Promise<void>
}

/** What the user tries and the service may refuse; `after` follows in either case. */
export function useAttempts(after: () => Promise<unknown>): Attempts {
  const refusal = ref('')

  async function attempt(task: () => Promise<unknown>): Promise<void> {
    refusal.value = ''
    try {
      await task()
    } catch (error) {
      refusal.value = refusalText(error)
    }
    await after()
  }

  return { refusal, attempt }
}
