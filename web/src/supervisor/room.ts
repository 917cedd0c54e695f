import { onScopeDispose, ref } from 'vue'
import { useAttempts } from '../api/attempts.ts'
import { ApiError, api, isSilence } from '../api/request.ts'
import { Feed } from '../live/feed.ts'
import { onceAtATime } from '../live/once-at-a-time.ts'
import type { Monitor, RoomAgent, RoomCall } from './views.ts'

/** Milliseconds: a burst of facts is one look, and without any fact there is a look now and then. */
const soon = 200
const refreshEvery = 10_000

/** The room as a supervisor sees it: agents, calls, and who listens to what, live. */
export function useRoom() {
  const agents = ref<RoomAgent[]>([])
  const calls = ref<RoomCall[]>([])
  const monitors = ref<Monitor[]>([])
  const connected = ref(true)

  const look = onceAtATime(async () => {
    try {
      ;[agents.value, calls.value] = await Promise.all([api.get<RoomAgent[]>('/agents'), api.get<RoomCall[]>('/calls')])
      monitors.value = await monitorsOf(agents.value)
    } catch (error) {
      // The next look comes with the feed, which connects anew, or by time.
      if (isSilence(error)) feed.doubt()
    }
  })

  const { refusal, attempt } = useAttempts(look)
  let timer = 0
  const changed = () => {
    if (timer !== 0) return
    timer = window.setTimeout(() => {
      timer = 0
      void look()
    }, soon)
  }
  // Facts of the past are of no interest here: what they led to is what is asked for.
  const feed = new Feed({
    after: 'now',
    early: true,
    onFact: changed,
    onConnected: (now) => {
      connected.value = now
      if (now) changed()
    },
  })
  const regular = setInterval(changed, refreshEvery)
  void look()
  onScopeDispose(() => {
    feed.close()
    clearInterval(regular)
    clearTimeout(timer)
  })

  /** For what is asked again with every change: one time it comes to nothing is no news. */
  async function attemptQuietly(task: () => Promise<unknown>): Promise<void> {
    try {
      await task()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
    }
  }

  return { agents, calls, monitors, connected, refusal, attempt, attemptQuietly }
}

export type Room = ReturnType<typeof useRoom>

/** Only calls that a supervisor's phone is busy with have anybody who listens. */
async function monitorsOf(agents: readonly RoomAgent[]): Promise<Monitor[]> {
  const callIds = new Set(agents.flatMap(({ state, callId }) => (state === 'monitoring' && callId ? [callId] : [])))
  const found = await Promise.all(
    [...callIds].map((callId) => api.get<Monitor[]>(`/calls/${callId}/monitors`).catch(() => [])),
  )
  return found.flat()
}
