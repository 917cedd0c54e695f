import { onScopeDispose, type Ref, ref, watch } from 'vue'
import { api } from '../api/request.ts'
import { onceAtATime } from '../live/once-at-a-time.ts'
import { follow } from './callback-list.ts'
import type { Desk } from './desk.ts'
import type { Callback } from './views.ts'

/** Milliseconds after which the list is asked for again, should a fact never have come. */
const lookEvery = 10_000

export interface Callbacks {
  readonly list: Ref<readonly Callback[]>
  /** The number of the last one that nobody called in time. */
  readonly expired: Ref<string>
}

/** Whom to call back: asked for at first, then by the facts of the feed. */
export function useCallbacks({ callbackFact }: Desk): Callbacks {
  const list = ref<readonly Callback[]>([])
  const expired = ref('')
  let heard = 0

  const look = onceAtATime(async () => {
    const before = heard
    try {
      const told = await api.get<Callback[]>('/callbacks?state=open&limit=50')
      // A fact that came meanwhile may be newer than this answer.
      if (heard === before) list.value = told
      else void look()
    } catch {
      // The strip on top says that the service is away; what is shown stays.
    }
  })

  // Each fact at once: two of one moment would be one change to a watcher that waits.
  watch(
    callbackFact,
    (fact) => {
      if (!fact) return
      heard += 1
      const known = list.value.find(({ callbackId }) => callbackId === fact.data.callbackId)
      if (fact.type === 'callback.expired' && known) expired.value = known.number
      list.value = follow(list.value, fact)
    },
    { flush: 'sync' },
  )
  void look()
  const timer = setInterval(() => void look(), lookEvery)
  onScopeDispose(() => clearInterval(timer))
  return { list, expired }
}
