import type { EventData } from '../events/index.ts'
import { promptFile } from '../ivr/index.ts'
import type { Cancel } from '../kernel/index.ts'
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
  /** Nothing is left to wait for: the call is to be ended. */
  readonly onGivenUp: () => void
}

/** Milliseconds a last announcement may take. */
const apologyWithin = 15_000

/** The caller's stay in queues: entering one, waiting again after a failed offer, and what follows the longest wait. */
export class QueueStage {
  readonly #options: QueueStageOptions
  #waiting: Waiting | undefined
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

  /** An offer failed: back to the old place, if the longest wait has not passed meanwhile. */
  rejoin(): void {
    const { call, context } = this.#options
    const { need } = call
    if (!need) return
    const { maxWait, afterMaxWait } = context.queue(need.queue)
    const tooLong = context.clock.now() - need.enteredAt >= maxWait * 1000 && afterMaxWait.kind !== 'keep'
    if (tooLong) this.#waitedTooLong(need)
    else this.#waiting?.join()
  }

  stop(): void {
    this.#cancelApology()
    this.#waiting?.stop()
  }

  #wait(need: CallNeed, reason: QueuedReason, first: readonly string[]): void {
    const { call, context, audio } = this.#options
    const { queue, skills, language, priority, queuedAt } = need
    const what = { callId: call.callId, queue, skills: [...skills], language, priority, queuedAt, reason }
    context.log.append('call.queued', { ...what, menuPath: [...call.menuPath] })
    this.stop()
    const onTooLong = () => this.#waitedTooLong(need)
    this.#waiting = new Waiting({ call, need, audio: audio(), context, onTooLong })
    this.#waiting.start(first.map((name) => this.#file(name)))
  }

  #waitedTooLong(need: CallNeed): void {
    const { call, context } = this.#options
    const { afterMaxWait } = context.queue(need.queue)
    // A phone that rings for this caller right now is the better end of waiting.
    if (call.state !== 'queued' || afterMaxWait.kind === 'keep') return
    const waitedSeconds = Math.round((context.clock.now() - need.queuedAt) / 1000)
    const to = afterMaxWait.kind === 'queue' ? `queue:${afterMaxWait.queue}` : `announce:${afterMaxWait.prompt}`
    context.log.append('queue.overflowed', { callId: call.callId, queue: need.queue, waitedSeconds, to })
    this.stop()
    if (afterMaxWait.kind === 'announce') return this.#apologise(afterMaxWait.prompt)
    const { queue } = afterMaxWait
    const { skills, priority } = context.queue(queue)
    const enteredAt = context.clock.now()
    this.enter({ ...need, queue, skills, priority: Math.max(priority, need.priority), enteredAt }, 'overflow')
  }

  #apologise(prompt: string): void {
    const { context, audio, onGivenUp } = this.#options
    this.#cancelApology = context.clock.after(apologyWithin, onGivenUp)
    audio().play([this.#file(prompt)], onGivenUp)
  }

  #file(name: string): string {
    const { call, context } = this.#options
    return promptFile({ promptsDir: context.promptsDir, prompt: { language: call.language, name } })
  }
}
