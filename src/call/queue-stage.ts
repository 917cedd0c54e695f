import type { EventData } from '../events/index.ts'
import { promptFile } from '../ivr/index.ts'
import type { Cancel } from '../kernel/index.ts'
import { type AfterMaxWait, OverflowChain } from '../queue/index.ts'
import type { Call, CallNeed } from './call.ts'
import type { CallContext } from './call-context.ts'
import { CallbackTalk } from './callback-talk.ts'
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

/** Milliseconds a last word may take. */
const lastWordWithin = 15_000

/** The caller's stay in queues: entering one, waiting again after a failed offer, and the overflow chain. */
export class QueueStage {
  readonly #options: QueueStageOptions
  #waiting: Waiting | undefined
  #chain: OverflowChain | undefined
  #callback: CallbackTalk | undefined
  #cancelLastWord: Cancel = () => {}

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

  /** A key the caller pressed. */
  digit(digit: string): void {
    if (this.#callback) return this.#callback.digit(digit)
    const { call, context } = this.#options
    if (call.state === 'queued' && this.#waiting && digit === context.callbacks.key)
      this.#offerCallback({ asked: true })
  }

  /** A phone rings for the caller: nobody talks of callbacks now. */
  ringing(): void {
    if (this.#endCallbackTalk()) this.#waiting?.sound()
  }

  stop(): void {
    this.#cancelLastWord()
    this.#endCallbackTalk()
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
        return this.#sayLast(action.prompt)
      case 'callback':
        return this.#offerCallback({ asked: false })
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

  /** The caller keeps the place while talking of it: an agent who is free first is better than any callback. */
  #offerCallback(how: { asked: boolean }): void {
    const { call, context, audio } = this.#options
    this.#chain?.stop()
    this.#waiting?.hush()
    this.#callback = new CallbackTalk({
      number: call.identity.callerNumber,
      allowed: (number) => context.callbacks.allowed(number),
      audio: audio(),
      clock: context.clock,
      file: (name) => this.#file(name),
      onDone: (number) => this.#callbackSettled(number),
    })
    this.#callback.start(how)
  }

  #callbackSettled(number: string | undefined): void {
    const { call, context } = this.#options
    const { need, callId, identity } = call
    this.#callback = undefined
    if (call.state !== 'queued' || !need) return
    if (number === undefined) {
      this.#waiting?.sound()
      return this.#chain?.start()
    }
    call.content = true
    // Out of the line before the callback takes the place in it.
    this.stop()
    context.callbacks.request({ ...need, callId, number, line: identity.line })
    this.#sayLast('callback-accepted')
  }

  #endCallbackTalk(): boolean {
    const talked = this.#callback !== undefined
    this.#callback?.close()
    this.#callback = undefined
    return talked
  }

  #sayLast(prompt: string): void {
    const { context, audio, onGivenUp } = this.#options
    this.stop()
    this.#cancelLastWord = context.clock.after(lastWordWithin, onGivenUp)
    audio().play([this.#file(prompt)], onGivenUp)
  }

  #file(name: string): string {
    const { call, context } = this.#options
    return promptFile({ promptsDir: context.promptsDir, prompt: { language: call.language, name } })
  }
}

/** As the fact names it: `queue:general`, `branch:12366`, `announce:apology`, `callback`. */
function nameOf(action: AfterMaxWait): string {
  switch (action.kind) {
    case 'queue':
      return `queue:${action.queue}`
    case 'branch':
      return `branch:${action.branch}`
    case 'announce':
      return `announce:${action.prompt}`
    case 'voicemail':
    case 'callback':
    case 'keep':
      return action.kind
  }
}
