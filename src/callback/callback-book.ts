import type { EventData } from '../events/index.ts'
import { type Cancel, messageOf, newId } from '../kernel/index.ts'
import { Callback, type CallbackData } from './callback.ts'
import type { AttemptOutcome, CallbackBookOptions, CallbackWish } from './callback-ports.ts'
import { AgentNotReady, CallbackRefused, NoCallbacks, OutsideCallHours, UnknownCallback } from './errors.ts'

type Closing = Pick<EventData<'callback.closed'>, 'outcome' | 'by' | 'reason'>

/** Milliseconds between looks what is due, and the pause after an attempt that failed on our side. */
const lookEvery = 1000
const restAfterFault = 10_000
/** Milliseconds after which a caller who asked for a callback has put the phone down at the latest. */
const farewellWithin = 20_000

/** All open callbacks: one a citizen. What is not open any more is in the log and its records only. */
export class CallbackBook {
  readonly #options: CallbackBookOptions
  readonly #open = new Map<string, Callback>()
  #cancelLook: Cancel = () => {}

  constructor(options: CallbackBookOptions) {
    this.#options = options
  }

  /** What an earlier process left open. An attempt it was in the middle of is made anew. */
  restore(left: readonly CallbackData[]): void {
    for (const data of left) this.#open.set(data.callbackId, new Callback(data))
  }

  /** Begins to give callbacks their places in the line. */
  start(): void {
    for (const callback of this.#open.values()) this.#look(callback)
    this.#cancelLook = this.#options.clock.after(lookEvery, () => this.start())
  }

  stop(): void {
    this.#cancelLook()
  }

  /** Open callbacks, oldest first. */
  all(): Callback[] {
    return [...this.#open.values()].sort((a, b) => a.data.openedAt - b.data.openedAt)
  }

  has(callbackId: string): boolean {
    return this.#open.has(callbackId)
  }

  /** A waiting caller asks to be called back and keeps the place. */
  request(wish: CallbackWish & { readonly queuedAt: number }): Callback {
    const known = this.#of(wish.number)
    if (known?.data.kind === 'requested') return this.#merge(known, wish, 0)
    if (known) this.#close(known, { outcome: 'merged', by: null, reason: 'asked to be called back' })
    const callback = this.#opened({ ...wish, kind: 'requested', openedBy: null, missedCalls: 0 })
    // The citizen's phone is still in the call.
    this.#put(callback, { notBefore: callback.data.openedAt + farewellWithin })
    return callback
  }

  /** A call is over: who asked in it to be called back can be. */
  hungUp(callId: string): void {
    for (const callback of this.#open.values()) {
      if (callback.data.callId !== callId || callback.data.attempts > 0) continue
      this.#put(callback, { notBefore: null })
      this.#look(callback)
    }
  }

  /** How many stand in the line. */
  get inLine(): number {
    return [...this.#open.values()].filter(({ state }) => state === 'inLine').length
  }

  /** A call was abandoned: one callback a number, however often it calls. */
  missed(wish: CallbackWish): Callback | undefined {
    if (!this.#options.rules?.missedCalls) return undefined
    const known = this.#of(wish.number)
    if (known) return this.#merge(known, wish, 1)
    return this.#opened({ ...wish, kind: 'missed', queuedAt: null, openedBy: null, missedCalls: 1 })
  }

  /** A person wants somebody to be called. */
  openFor(wish: CallbackWish, by: string): Callback {
    const known = this.#of(wish.number)
    if (known) return this.#merge(known, wish, 0)
    return this.#opened({ ...wish, kind: 'opened', queuedAt: null, openedBy: by, missedCalls: 0 })
  }

  /** The citizen got through to a person: nobody needs to call any more. */
  answered(number: string): void {
    const callback = this.#of(number)
    if (callback) this.#close(callback, { outcome: 'answered', by: null, reason: 'the citizen got through' })
  }

  /** The line has an agent for a callback. False when the agent is not ready any more: the place is kept. */
  serve(callbackId: string, agentId: string): boolean {
    const callback = this.#open.get(callbackId)
    if (callback?.state !== 'inLine') return false
    try {
      return this.#attempt(callback, agentId) !== undefined
    } catch (error) {
      this.#options.logger.warn({ callbackId, agentId, reason: messageOf(error) }, 'a callback could not be placed')
      if (callback.take('REST')) this.#put(callback, { notBefore: this.#options.clock.now() + restAfterFault })
      return true
    }
  }

  /** An agent takes a callback from the list and is rung at once. Returns the call's id. */
  take(callbackId: string, agentId: string): string {
    const callback = this.#get(callbackId)
    if (callback.state === 'attempting') throw new CallbackRefused(`callback ${callbackId} is being called just now`)
    if (!this.#options.callHours()) throw new OutsideCallHours('citizens are not rung at this hour')
    const callId = this.#attempt(callback, agentId)
    if (callId === undefined) throw new AgentNotReady(`agent ${agentId} is not ready`)
    return callId
  }

  cancel(callbackId: string, by: string, reason: string): void {
    const callback = this.#get(callbackId)
    if (!callback.take('CANCEL')) throw new CallbackRefused(`callback ${callbackId} is being called just now`)
    this.#closed(callback, { outcome: 'cancelled', by, reason })
  }

  #get(callbackId: string): Callback {
    const callback = this.#open.get(callbackId)
    if (!callback) throw new UnknownCallback(`no open callback ${callbackId}`)
    return callback
  }

  #of(number: string): Callback | undefined {
    const normal = this.#options.calls.normal(number)
    return [...this.#open.values()].find(({ data }) => data.number === normal)
  }

  #opened(wish: CallbackWish & Pick<CallbackData, 'kind' | 'queuedAt' | 'openedBy' | 'missedCalls'>): Callback {
    const { rules, clock, log, calls } = this.#options
    if (!rules) throw new NoCallbacks("this city calls nobody back: its file has no 'callback'")
    const openedAt = clock.now()
    const data: CallbackData = {
      ...wish,
      callbackId: newId(),
      number: calls.normal(wish.number),
      skills: [...wish.skills],
      openedAt,
      expiresAt: openedAt + rules.expireAfter * 1000,
      attempts: 0,
      notBefore: null,
    }
    const { openedAt: _, attempts: __, notBefore: ___, number: callerNumber, ...fact } = data
    const callback = new Callback(data)
    this.#open.set(data.callbackId, callback)
    log.append('callback.opened', { ...fact, callerNumber, skills: [...data.skills] }, openedAt)
    return callback
  }

  #merge(callback: Callback, { callId }: CallbackWish, missed: number): Callback {
    const missedCalls = callback.data.missedCalls + missed
    this.#put(callback, { callId: callId ?? callback.data.callId, missedCalls })
    const { callbackId } = callback
    this.#options.log.append('callback.merged', { callbackId, callId, missedCalls })
    return callback
  }

  #attempt(callback: Callback, agentId: string): string | undefined {
    const { calls, line, log } = this.#options
    const { callbackId, data } = callback
    const callId = calls.place({
      callback: data,
      agentId,
      onOutcome: (outcome) => this.#outcome(callback, agentId, outcome),
    })
    if (callId === undefined) return undefined
    line.leave(callbackId)
    callback.take('CLAIM')
    callback.callId = callId
    log.append('callback.attempted', { callbackId, callId, agentId, attempt: data.attempts + 1 })
    return callId
  }

  #outcome(callback: Callback, agentId: string, outcome: AttemptOutcome): void {
    const { callbackId, callId = '' } = callback
    callback.callId = undefined
    if (outcome.kind === 'reached') {
      if (!callback.take('REACHED')) return
      this.#options.log.append('callback.reached', { callbackId, callId, agentId })
      return this.#closed(callback, { outcome: 'reached', by: agentId, reason: 'called back' })
    }
    if (callback.take('NOT_REACHED')) this.#failed(callback, { callId, agentId }, outcome)
  }

  #failed(
    callback: Callback,
    attempt: { callId: string; agentId: string },
    outcome: Exclude<AttemptOutcome, { kind: 'reached' }>,
  ): void {
    const { rules, clock, log } = this.#options
    const citizens = outcome.kind === 'notReached'
    // What failed on our side does not use up the citizen's chances.
    const attempts = callback.data.attempts + (citizens ? 1 : 0)
    const last = citizens && attempts >= (rules?.attempts ?? 1)
    const notBefore = citizens && !last ? clock.now() + (rules?.retryAfter ?? 0) * 1000 : null
    this.#put(callback, { attempts, notBefore })
    const { callbackId } = callback
    const how = outcome.kind === 'notReached' ? outcome.outcome : outcome.kind
    log.append('callback.failed', { callbackId, ...attempt, outcome: how, attempts, notBefore })
    if (last) this.#close(callback, { outcome: 'failed', by: null, reason: `not reached ${attempts} times` })
    else this.#look(callback)
  }

  /** Expires, joins the line or leaves it, as the time asks. */
  #look(callback: Callback): void {
    const { clock, callHours, line, log } = this.#options
    const { data, callbackId } = callback
    const now = clock.now()
    if (now >= data.expiresAt && callback.state !== 'attempting') {
      log.append('callback.expired', { callbackId })
      return this.#close(callback, { outcome: 'expired', by: null, reason: 'nobody could call in time' })
    }
    const { queue, queuedAt } = data
    if (queue === null || queuedAt === null) return
    const due = callHours() && now >= (data.notBefore ?? 0)
    if (due && callback.take('DUE')) line.join({ ...data, queue, queuedAt })
    else if (!due && callback.take('REST')) line.leave(callbackId)
  }

  #close(callback: Callback, closing: Closing): void {
    if (callback.take('CLOSE')) this.#closed(callback, closing)
  }

  #closed(callback: Callback, closing: Closing): void {
    const { callbackId } = callback
    this.#options.line.leave(callbackId)
    this.#open.delete(callbackId)
    this.#options.log.append('callback.closed', { callbackId, ...closing })
  }

  #put(callback: Callback, change: Partial<CallbackData>): void {
    callback.data = { ...callback.data, ...change }
  }
}
