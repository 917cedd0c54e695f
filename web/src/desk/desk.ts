import { computed, onScopeDispose, type Ref, ref, shallowRef } from 'vue'
import { useAnswer } from '../api/answer.ts'
import { useAttempts } from '../api/attempts.ts'
import { api, isSilence } from '../api/request.ts'
import { pause } from '../clock/pause.ts'
import type { Fact } from '../live/fact.ts'
import { Feed } from '../live/feed.ts'
import { onceAtATime } from '../live/once-at-a-time.ts'
import { refusalText } from '../texts/refusals.ts'
import { type CallbackFact, isOfCallback } from './callback-list.ts'
import type { AgentView, Codes, DeskCall } from './views.ts'

/** The call whose matter is being written down, also after a reload in wrap-up. Ids only: no person is in them. */
export interface WrittenCall {
  readonly callId: string
  readonly ticketId: string
}

/** A third party that could not be had, and whose call it was for. */
export interface NotReached {
  /** Of the fact that told it. */
  readonly factId: string
  readonly callId: string
  /** A branch's number, or `agent:<id>`. */
  readonly target: string
  readonly outcome: string
}

/** As the service tells it of the own call. */
type Known = Omit<NotReached, 'callId'>

export interface Desk {
  readonly agentId: string
  readonly agent: Ref<AgentView | null>
  readonly call: Ref<DeskCall | null>
  /** The state of the talk of an own call, empty without one: a colleague's is not commanded from here. */
  readonly talk: Readonly<Ref<string>>
  /** Undefined until the service has told them. */
  readonly codes: Readonly<Ref<Codes | undefined>>
  readonly written: Ref<WrittenCall | null>
  /** Until another third party is rung, or it is dismissed. */
  readonly notReached: Ref<NotReached | null>
  dismissNotReached(): void
  readonly connected: Ref<boolean>
  readonly refusal: Ref<string>
  /** Of the last time the agent's phone was rung: the fact's id, empty until then. */
  readonly rung: Ref<string>
  /** Of the last time a page asked for the agent's phone: the fact's id. */
  readonly phoneOpened: Ref<string>
  /** The last fact of a callback, whoever's. */
  readonly callbackFact: Ref<CallbackFact | null>
  /** Grows with every fact that may have changed lists beside the call. */
  readonly changes: Ref<number>
  /** Sends a command of the agent's own status. */
  status(path: string, body?: object): Promise<void>
  /** Sends a command to the present call. */
  command(path: string, body?: object): Promise<void>
  /** What is done before the call goes to somebody else. */
  beforeHandover(task: () => Promise<unknown>): void
  /** Runs something that may be refused, and shows the refusal. */
  attempt(task: () => Promise<unknown>): Promise<void>
}

const storageKey = 'yihao.written-call'
const dismissedKey = 'yihao.dismissed-fact'
/** Commands by which somebody else gets the call, and milliseconds such a one waits for what is done before. */
const handovers = ['complete', 'transfer']
const handoverWaits = 2000
/** Milliseconds after which everything is asked for again, should a fact never have come. */
const refreshEvery = 15_000

/**
 * One agent's desk. What it shows is the service's own view, asked for anew with each fact of the feed; the pop alone is
 * shown from the fact itself, since it must be there before the phone is answered.
 */
export function openDesk(agentId: string): Desk {
  const agent = ref<AgentView | null>(null)
  const call = ref<DeskCall | null>(null)
  const talk = computed(() => (call.value?.role === 'own' ? (call.value.talk ?? '') : ''))
  const { answer: codes, ask: askCodes } = useAnswer(() => api.get<Codes>('/codes'))
  const written = ref(storedCall())
  const notReached = ref<NotReached | null>(null)
  const connected = ref(true)
  const rung = ref('')
  const phoneOpened = ref('')
  const callbackFact = shallowRef<CallbackFact | null>(null)
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
    if (desk.call?.answeredAt && desk.call.role === 'own') write(desk.call)
    return desk.sequence
  }

  let feed: Feed | undefined
  const refresh = onceAtATime(async () => {
    try {
      await look()
    } catch (error) {
      // The next look comes with the feed, which connects anew, or by time.
      if (isSilence(error)) feed?.doubt()
    }
  })

  const { refusal, attempt } = useAttempts(refresh)
  let beforeHandover: () => Promise<unknown> = async () => undefined

  function onThird(fact: Fact): void {
    // Of a colleague's try hears also whom it asks.
    if (!('target' in fact.data && 'agentId' in fact.data && fact.data.agentId === agentId)) return
    if (fact.type === 'call.consultation-started') notReached.value = null
    if (fact.type === 'call.consultation-failed' || fact.type === 'call.branch-refused')
      notReached.value = { ...fact.data, factId: fact.id }
  }

  function onFact(fact: Fact): void {
    if (isOfCallback(fact)) {
      callbackFact.value = fact
      return
    }
    if (fact.type === 'agent.ringing') {
      call.value = popped(fact)
      rung.value = fact.id
    }
    if (fact.type === 'agent.phone-opened') phoneOpened.value = fact.id
    onThird(fact)
    changes.value += 1
    void refresh()
  }

  /** What was known before this page came, unless it was dismissed. */
  async function lookForNotReached(): Promise<void> {
    const { callId } = call.value ?? {}
    if (callId === undefined) return
    try {
      const { notReached: known } = await api.get<{ notReached: Known | null }>('/desk/not-reached')
      const wasDismissed = known?.factId === sessionStorage.getItem(dismissedKey)
      if (known && !wasDismissed) notReached.value = { ...known, callId }
    } catch {
      // The log cannot be read now: the desk goes on without what it offered.
    }
  }

  function dismissNotReached(): void {
    if (notReached.value) sessionStorage.setItem(dismissedKey, notReached.value.factId)
    notReached.value = null
  }

  let closed = false
  async function begin(): Promise<void> {
    try {
      const after = await look()
      await lookForNotReached()
      if (closed) return
      feed = new Feed({
        after,
        early: true,
        onFact,
        onConnected: (now) => {
          connected.value = now
          if (!now) return
          void refresh()
          if (!codes.value) void askCodes()
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
    talk,
    codes,
    written,
    notReached,
    dismissNotReached,
    connected,
    refusal,
    rung,
    phoneOpened,
    callbackFact,
    changes,
    attempt,
    beforeHandover: (task) => {
      beforeHandover = task
    },
    status: (path, body) => attempt(() => api.post(`/agents/${agentId}/${path}`, body)),
    command: (path, body) =>
      attempt(async () => {
        if (!call.value) return
        const { callId } = call.value
        // A citizen is not kept waiting for a ticket service that is away.
        if (handovers.includes(path)) await Promise.race([beforeHandover(), pause(handoverWaits)])
        const told = await api.post<{ talk?: string } | undefined>(`/calls/${callId}/${path}`, body)
        // At once, so that the same key pressed again is no second time the same.
        if (told?.talk && call.value?.callId === callId) call.value = { ...call.value, talk: told.talk }
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
    role: 'own',
    partner: null,
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
