import { onScopeDispose, type Ref, ref } from 'vue'
import { useAttempts } from '../api/attempts.ts'
import { api } from '../api/request.ts'
import { type Fact, Feed } from '../live/feed.ts'
import { onceAtATime } from '../live/once-at-a-time.ts'
import { refusalText } from '../texts/refusals.ts'
import type { AgentView, DeskCall } from './views.ts'

/** The call whose matter is being written down, also after a reload in wrap-up. Ids only: no person is in them. */
export interface WrittenCall {
  readonly callId: string
  readonly ticketId: string
}

export interface Desk {
  readonly agentId: string
  readonly agent: Ref<AgentView | null>
  readonly call: Ref<DeskCall | null>
  readonly written: Ref<WrittenCall | null>
  readonly connected: Ref<boolean>
  readonly refusal: Ref<string>
  /** Grows with every fact that may have changed lists beside the call. */
  readonly changes: Ref<number>
  /** Sends a command of the agent's own status. */
  status(path: string, body?: object): Promise<void>
  /** Sends a command to the present call. */
  command(path: string, body?: object): Promise<void>
  /** Runs something that may be refused, and shows the refusal. */
  attempt(task: () => Promise<unknown>): Promise<void>
}

const storageKey = 'yihao.written-call'
/** Milliseconds after which everything is asked for again, should a fact never have come. */
const refreshEvery = 15_000

/**
 * One agent's desk. What it shows is the service's own view, asked for anew with each fact of the feed; the pop alone is
 * shown from the fact itself, since it must be there before the phone is answered.
 */
export function openDesk(agentId: string): Desk {
  const agent = ref<AgentView | null>(null)
  const call = ref<DeskCall | null>(null)
  const written = ref(storedCall())
  const connected = ref(true)
  const changes = ref(0)

  function write(next: WrittenCall): void {
    if (written.value?.callId === next.callId) return
    written.value = { callId: next.callId, ticketId: next.ticketId }
    sessionStorage.setItem(storageKey, JSON.stringify(written.value))
  }

  async function look(): Promise<number> {
    const [desk, view] = await Promise.all([
      api.get<{ sequence: number; call: DeskCall | null }>('/desk'),
      api.get<AgentView>(`/agents/${agentId}`),
    ])
    agent.value = view
    call.value = desk.call
    if (desk.call?.answeredAt) write(desk.call)
    return desk.sequence
  }

  const refresh = onceAtATime(async () => {
    try {
      await look()
    } catch {
      // The feed's own sign says that the line is down; the next look comes with it or by time.
      connected.value = false
    }
  })

  const { refusal, attempt } = useAttempts(refresh)

  function onFact(fact: Fact): void {
    if (fact.type === 'agent.ringing') call.value = popped(fact)
    changes.value += 1
    void refresh()
  }

  let feed: Feed | undefined
  let closed = false
  async function begin(): Promise<void> {
    try {
      const after = await look()
      if (closed) return
      feed = new Feed({
        after,
        early: true,
        onFact,
        onConnected: (now) => {
          connected.value = now
          if (now) void refresh()
        },
      })
    } catch (error) {
      refusal.value = refusalText(error)
      if (!closed) setTimeout(() => void begin(), 1000)
    }
  }
  void begin()

  const timer = setInterval(() => void refresh(), refreshEvery)
  const onVisible = () => void refresh()
  document.addEventListener('visibilitychange', onVisible)
  onScopeDispose(() => {
    closed = true
    feed?.close()
    clearInterval(timer)
    document.removeEventListener('visibilitychange', onVisible)
  })

  return {
    agentId,
    agent,
    call,
    written,
    connected,
    refusal,
    changes,
    attempt,
    status: (path, body) => attempt(() => api.post(`/agents/${agentId}/${path}`, body)),
    command: (path, body) =>
      attempt(async () => {
        if (call.value) await api.post(`/calls/${call.value.callId}/${path}`, body)
      }),
  }
}

function storedCall(): WrittenCall | null {
  const stored = sessionStorage.getItem(storageKey)
  return stored === null ? null : (JSON.parse(stored) as WrittenCall)
}

/** The pop as a call, until the service's own view is there a moment later. */
function popped({ time, data: { callId, pop } }: Extract<Fact, { type: 'agent.ringing' }>): DeskCall {
  const { waitedMs, outbound, ...caller } = pop
  return {
    ...caller,
    callId,
    direction: outbound ? 'outbound' : 'inbound',
    state: 'ringing',
    queuedAt: outbound ? null : new Date(Date.parse(time) - waitedMs).toISOString(),
    answeredAt: null,
    talk: null,
    third: null,
    recordingPaused: false,
    phone: null,
  }
}
