import { promptFile } from '../ivr/index.ts'
import type { Cancel } from '../kernel/index.ts'
import type { Call } from './call.ts'
import type { CallContext } from './call-context.ts'
import type { LegAudio } from './leg-audio.ts'

export interface RatingStageOptions {
  readonly call: Call
  /** Who is rated. */
  readonly agentId: string
  readonly queue: string
  readonly context: CallContext
  readonly audio: LegAudio
  /** Rated, or asked often enough: the call is to be ended. */
  readonly onDone: () => void
}

/** Milliseconds: until the caller must be out of the bridge, for a key after the question, for what is said. */
const limits = { parked: 600, key: 6000, question: 30_000, goodbye: 15_000 } as const
const asksAtMost = 2

/** The caller rates the talk by a key from 1 to 5, after the agent hung up. Whoever says nothing is asked once more. */
export class RatingStage {
  readonly #options: RatingStageOptions
  #asked = 0
  #over = false
  #cancelDeadline: Cancel = () => {}

  constructor(options: RatingStageOptions) {
    this.#options = options
  }

  start(): void {
    const { call, agentId, queue, context } = this.#options
    const { callId, language } = call
    context.log.append('call.rating-asked', { callId, agentId, queue, language })
    this.#cancelDeadline = context.clock.after(limits.parked, () => this.parked())
  }

  /**
   * The switch parked the caller after the bridge. To park it ourselves at that moment is one park too many: of 25 callers
   * of FreeSWITCH 1.10 five then did not hear the question.
   */
  parked(): void {
    if (this.#asked === 0) this.#ask()
  }

  /** Any key from 1 to 5 counts, also during the question; other keys are passed over. */
  digit(digit: string): void {
    if (this.#over || this.#asked === 0 || !/^[1-5]$/.test(digit)) return
    const { call, agentId, queue, context } = this.#options
    const { callId, language } = call
    this.#over = true
    context.log.append('call.rated', { callId, agentId, queue, language, rating: Number(digit) })
    this.#say('goodbye', limits.goodbye, () => this.#done())
  }

  close(): void {
    this.#over = true
    this.#cancelDeadline()
  }

  #ask(): void {
    if (this.#over) return
    this.#asked += 1
    this.#say('rate', limits.question, () => this.#listen())
  }

  #listen(): void {
    this.#cancelDeadline()
    this.#cancelDeadline = this.#options.context.clock.after(limits.key, () => {
      if (this.#asked < asksAtMost) this.#ask()
      else this.#done()
    })
  }

  /** Says a prompt, and goes on when it has ended or, should the switch not tell, when it must have. */
  #say(name: string, atMost: number, then: () => void): void {
    const { call, context, audio } = this.#options
    this.#cancelDeadline()
    this.#cancelDeadline = context.clock.after(atMost, then)
    const prompt = { language: call.language, name }
    audio.play([promptFile({ promptsDir: context.promptsDir, prompt })], then)
  }

  #done(): void {
    this.#cancelDeadline()
    this.#options.onDone()
  }
}
