import { promptFile, queueMusic } from '../ivr/index.ts'
import type { Cancel } from '../kernel/index.ts'
import { ComfortLoop, type RelaxStep, relaxedSkills } from '../queue/index.ts'
import type { Call, CallNeed } from './call.ts'
import type { CallContext } from './call-context.ts'
import type { LegAudio } from './leg-audio.ts'

export interface WaitingOptions {
  readonly call: Call
  readonly need: CallNeed
  readonly audio: LegAudio
  readonly context: CallContext
}

/** One call's wait in one queue: the place in the line, what the caller hears, the note at the service level's threshold. */
export class Waiting {
  readonly #options: WaitingOptions
  #comfort: ComfortLoop
  #cancelThreshold: Cancel = () => {}
  #cancelRelaxing: Cancel[] = []
  #cancelJoin: Cancel = () => {}

  constructor(options: WaitingOptions) {
    this.#options = options
    this.#comfort = this.#newComfort()
  }

  /** Begins; `first` is said before the music. */
  start(first: readonly string[]): void {
    this.#comfort.start(first)
    this.#watchThreshold()
    this.#watchRelaxing()
    this.join()
  }

  /** Joins the line, again after an offer failed; the time of queueing gives the place. Who is held back joins later. */
  join(): void {
    const { call, context } = this.#options
    this.#cancelJoin()
    const heldBackMs = call.heldBackUntil - context.clock.now()
    if (heldBackMs > 0) {
      this.#cancelJoin = context.clock.after(heldBackMs, () => call.state === 'queued' && this.join())
      return
    }
    // What is asked of an agent may have become less since.
    const need = call.need ?? this.#options.need
    const { queue, priority, queuedAt } = need
    const needs = [...need.skills, `language:${need.language}`]
    context.dispatcher.enqueue({ callId: call.callId, queue, needs, priority, queuedAt })
  }

  /** Somebody else speaks to the caller, who keeps the place. */
  hush(): void {
    this.#comfort.stop()
  }

  /** Music again. */
  sound(): void {
    this.#comfort.stop()
    this.#comfort = this.#newComfort()
    this.#comfort.start([])
  }

  /** Leaves the line and falls silent; what plays is left to what comes next. */
  stop(): void {
    this.#options.context.dispatcher.withdraw(this.#options.call.callId)
    this.#comfort.stop()
    this.#cancelJoin()
    this.#cancelThreshold()
    for (const cancel of this.#cancelRelaxing) cancel()
  }

  #newComfort(): ComfortLoop {
    const { audio, context, need } = this.#options
    const { clock, promptsDir } = context
    return new ComfortLoop({
      audio,
      clock,
      music: promptFile({ promptsDir, prompt: queueMusic }),
      announceEveryMs: context.queue(need.queue).announceEvery * 1000,
      announcement: () => this.#announce(),
    })
  }

  #watchThreshold(): void {
    const { call, need, context } = this.#options
    const { clock, log } = context
    const { answerWithin } = context.queue(need.queue)
    const left = need.queuedAt + answerWithin * 1000 - clock.now()
    if (left <= 0) return
    const fact = { callId: call.callId, queue: need.queue, waitedSeconds: answerWithin }
    this.#cancelThreshold = clock.after(left, () => log.append('queue.threshold-passed', fact))
  }

  #watchRelaxing(): void {
    const { need, context } = this.#options
    const { clock } = context
    this.#cancelRelaxing = context
      .queue(need.queue)
      .relax.map((step) =>
        clock.after(Math.max(0, need.enteredAt + step.after * 1000 - clock.now()), () => this.#relax(step)),
      )
  }

  /** Less is asked of an agent from now on, and whoever has that is looked for at once. */
  #relax(step: RelaxStep): void {
    const { call, context } = this.#options
    const { need, callId } = call
    if (!need) return
    const skills = relaxedSkills(need.skills, step)
    if (skills.join() === need.skills.join()) return
    call.need = { ...need, skills }
    context.log.append('call.relaxed', { callId, queue: need.queue, skills })
    if (call.state === 'queued') this.join()
  }

  #announce(): readonly string[] {
    const { call, need, context } = this.#options
    const { files, fact } = context.announcement({ ...need, callId: call.callId })
    if (fact) context.log.append('call.announced', fact)
    const { callId, identity } = call
    return [...context.incidents.forWaiting(identity.line, callId, need.language), ...files]
  }
}
