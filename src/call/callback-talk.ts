import { CallbackDialog } from '../callback/index.ts'
import type { Cancel, Clock } from '../kernel/index.ts'
import type { LegAudio } from './leg-audio.ts'

export interface CallbackTalkOptions {
  /** The caller's own number. */
  readonly number: string
  readonly allowed: (number: string) => boolean
  readonly audio: LegAudio
  readonly clock: Clock
  readonly file: (prompt: string) => string
  /** The number to be called back, or undefined: the caller waits on. */
  readonly onDone: (number: string | undefined) => void
}

/** Milliseconds of silence: after a question, and after a digit of a number. */
const silence = { question: 5000, digit: 4000 } as const

/** Carries out the callback dialog with a waiting caller: plays, listens, and reports keys and silences to it. */
export class CallbackTalk {
  readonly #options: CallbackTalkOptions
  readonly #dialog: CallbackDialog
  #closed = false
  #cancelSilence: Cancel = () => {}

  constructor(options: CallbackTalkOptions) {
    this.#options = options
    this.#dialog = new CallbackDialog(options)
  }

  /** `asked`: the caller pressed the key for it, and is not offered it again. */
  start({ asked }: { asked: boolean }): void {
    if (asked) this.#dialog.take({ type: 'DIGIT', digit: '1' })
    this.#say()
  }

  digit(digit: string): void {
    if (this.#closed) return
    if (this.#dialog.take({ type: 'DIGIT', digit })) return this.#say()
    this.#options.audio.stop()
    this.#listen(silence.digit)
  }

  /** Nothing more is played or heard. */
  close(): void {
    this.#closed = true
    this.#cancelSilence()
  }

  #say(): void {
    const { audio, file, onDone } = this.#options
    this.#cancelSilence()
    const { state, number } = this.#dialog
    if (state === 'accepted' || state === 'declined') {
      this.close()
      return onDone(state === 'accepted' ? number : undefined)
    }
    audio.play(this.#dialog.saying().map(file), () => this.#listen(silence.question))
  }

  #listen(ms: number): void {
    this.#cancelSilence()
    if (this.#closed) return
    this.#cancelSilence = this.#options.clock.after(ms, () => {
      if (this.#dialog.take({ type: 'SILENCE' })) this.#say()
    })
  }
}
