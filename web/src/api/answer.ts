import { ref, shallowRef } from 'vue'
import { useAttempts } from './attempts.ts'

/** What the service is asked for at once, and again with each `ask`; what it told before stays until it tells anew. */
export function useAnswer<Answer>(load: () => Promise<Answer>) {
  const { refusal, attempt } = useAttempts()
  const answer = shallowRef<Answer>()
  const busy = ref(false)

  async function ask(): Promise<void> {
    busy.value = true
    await attempt(async () => {
      answer.value = await load()
    })
    busy.value = false
  }

  void ask()
  return { answer, refusal, busy, ask }
}
