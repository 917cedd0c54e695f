import type { EventData } from '../events/index.ts'
import { promptFile } from '../ivr/index.ts'
import type { Cancel } from '../kernel/index.ts'
import { type AfterMaxWait, OverflowChain } from '../queue/index.ts'
import type { Call, CallNeed } from './call.ts'
import type { CallContext } from './call-context.ts'
import type { LegAudio } from './leg-audio.ts'
import { Waiting } from './waiting.ts'

type QueuedReason = EventData<'call.queued'>['reason']

export interface QueueStageOptions {
  readonly call: Call
  readonly context: CallContext
  /** What the caller hears by; it changes when the switch was away. */
  readonly audio: () => LegAudio
  /** A branch is to be rung for the caller, who hears music and comes back by `rejoin` when it does not answer. */
  readonly onBranch: (number: string) => void
  /** Nothing is left to wait for: the call is to be ended. */
  readonly onGivenUp: () => void
  /** The caller is to leave a message for the people of the queue. */
  readonly onVoicemail: (wanted: { readonly queue: string; readonly greeting: string }) => void
}

/** Milliseconds a last announcement may take. */
const apologyWithin = 15_000

/** The caller's stay in queues: entering one, waiting again after a failed offer, and the overflow chain. */
export class QueueStage {
  readonly #options: QueueStageOptions
  #waiting: Waiting | undefined
  #chain: OverflowChain | undefined
  #cancelApology: Cancel = () => {}

  constructor(options: QueueStageOptions) {
    this.#options = options
  }

  /** The caller begins to wait, unless the call's state does not allow it any more. */
  enter(need: CallNeed, reason: QueuedReason): void {
    const { call } = this.#options
    if (!call.take('QUEUED')) return
    call.need = need
    call.language = need.language
    this.#wait(need, reason, ['please-wait'])
  }

  /** Waits on after the switch was away or the caller was left without a person: everything anew but the place. */
  resume(reason: QueuedReason): void {
    const { call, context } = this.#options
    if (!call.need) return
    call.need = { ...call.need, enteredAt: context.clock.now() }
    this.#wait(call.need, reason, [])
  }

  /** An offer failed: back to the old place, if nothing else is to be tried first. */
  rejoin(): void {
    this.#overflow()
    if (this.#options.call.state !== 'queued') return
    this.#waiting?.join()
    this.#chain?.start()
  }

  stop(): void {
    this.#cancelApology()
    this.#chain?.stop()
    this.#chain = undefined
    this.#waiting?.stop()
    this.#waiting = undefined
  }

  #wait(need: CallNeed, reason: QueuedReason, first: readonly string[]): void {
    const { call, context, audio } = this.#options
    const { queue, skills, language, priority, queuedAt, enteredAt } = need
    const what = { callId: call.callId, queue, skills: [...skills], language, priority, queuedAt, reason }
    context.log.append('call.queued', { ...what, menuPath: [...call.menuPath] })
    this.stop()
    this.#chain = new OverflowChain({
      config: context.queue(queue),
      enteredAt,
      clock: context.clock,
      staffed: () => context.staffed(need),
      onDue: () => this.#overflow(),
    })
    this.#waiting = new Waiting({ call, need, audio: audio(), context })
    this.#waiting.start(first.map((name) => this.#file(name)))
    if (call.state === 'queued') this.#chain.start()
  }

  #overflow(): void {
    const { call, context } = this.#options
    const { need } = call
    // A phone that rings for this caller right now is the better end of waiting; should it fail, `rejoin` looks again.
    if (call.state !== 'queued' || !need || !this.#waiting) return
    const action = this.#chain?.take()
    if (!action) return
    if (action.kind !== 'keep') {
      const waitedSeconds = Math.round((context.clock.now() - need.queuedAt) / 1000)
      context.log.append('queue.overflowed', {
        callId: call.callId,
        queue: need.queue,
        waitedSeconds,
        to: nameOf(action),
      })
    }
    this.#carryOut(action, need)
  }

  #carryOut(action: AfterMaxWait, need: CallNeed): void {
    switch (action.kind) {
      case 'queue':
        return this.#goOn(action.queue, need)
      case 'branch':
        // The place is kept by its time; meanwhile nobody else is to ring.
        this.#options.context.dispatcher.withdraw(this.#options.call.callId)
        return this.#options.onBranch(action.branch)
      case 'announce':
        return this.#apologise(action.prompt)
      case 'voicemail':
        this.stop()
        return this.#options.onVoicemail({ queue: need.queue, greeting: action.greeting })
      case 'keep':
        return this.#chain?.start()
    }
  }

  #goOn(queue: string, need: CallNeed): void {
    const { context } = this.#options
    const { skills, priority } = context.queue(queue)
    const enteredAt = context.clock.now()
    this.enter({ ...need, queue, skills, priority: Math.max(priority, need.priority), enteredAt }, 'overflow')
  }

  #apologise(prompt: string): void {
    const { context, audio, onGivenUp } = this.#options
    this.stop()
    this.#cancelApology = context.clock.after(apologyWithin, onGivenUp)
    audio().play([this.#file(prompt)], onGivenUp)
  }

  #file(name: string): string {
    const { call, context } = this.#options
    return promptFile({ promptsDir: context.promptsDir, prompt: { language: call.language, name } })
  }
}

/** As the fact names it: `queue:general`, `branch:12366`, `announce:apology`. */
function nameOf(action: AfterMaxWait): string {
  switch (action.kind) {
    case 'queue':
      return `queue:${action.queue}`
    case 'branch':
      return `branch:${action.branch}`
    case 'announce':
      return `announce:${action.prompt}`
    case 'voicemail':
    case 'keep':
      return action.kind
  }
}
