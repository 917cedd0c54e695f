import type { Answered, EndCause, Ended } from '../../../src/embedded/softphone/call.ts'
import type { TelephoneCall } from '../telephone.ts'
import type { BaresipEvent, Command } from './baresip-control.ts'
import { HeardSound } from './heard-sound.ts'

export interface BaresipCallOptions {
  readonly direction: TelephoneCall['direction']
  /** A number or a SIP URI. */
  readonly peer: string
  /** Presses keys of the phone. */
  readonly press: (...commands: readonly Command[]) => Promise<void>
  /** Where numbers lead. */
  readonly uriOf: (number: string) => string
  /** baresip's name for a sound. */
  readonly soundOf: (hertz: number | undefined) => string
  /** The file of what it hears, once there is one. */
  readonly heard: () => string | undefined
}

/** A call of a baresip, as its events tell of it. */
export class BaresipCall implements TelephoneCall {
  readonly direction: TelephoneCall['direction']
  readonly other: string
  readonly answered: Promise<Answered>
  readonly ended: Promise<Ended>
  /** The SIP Call-ID; of an outgoing call unknown until the first answer. */
  id: string | undefined
  readonly #options: BaresipCallOptions
  readonly #sound: HeardSound
  readonly #beganAt = Date.now()
  #tellAnswered: (answered: Answered) => void = () => {}
  #tellEnded: (ended: Ended) => void = () => {}
  #tellReferred: (status: number) => void = () => {}
  #isAnswered = false
  #isOver = false
  #hangsUp = false
  #wasHeld = false

  constructor(options: BaresipCallOptions) {
    this.#options = options
    this.direction = options.direction
    this.other = /^sips?:([^@;]+)@/i.exec(options.peer)?.[1] ?? options.peer
    this.#sound = new HeardSound(options.heard)
    this.answered = new Promise((resolve) => {
      this.#tellAnswered = resolve
    })
    this.ended = new Promise((resolve) => {
      this.#tellEnded = resolve
    })
  }

  get isOver(): boolean {
    return this.#isOver
  }

  get firstAudioAt(): number | undefined {
    return this.#sound.firstAudioAt
  }

  get rtp(): { received: number } {
    return { received: this.#sound.frames }
  }

  /** What baresip says has happened to this call. */
  take({ type, param = '' }: BaresipEvent): void {
    if (type === 'CALL_ESTABLISHED') this.#established()
    if (type === 'CALL_CLOSED') this.#closed(param)
    if (type !== 'TRANSFER_FAILED') return
    this.#tellReferred(statusIn(param) ?? 0)
    // baresip 1.0 hangs up when its REFER failed, and says nothing more of the call.
    this.#over('hungUp')
  }

  answer(): Promise<void> {
    return this.#press({ command: 'accept' })
  }

  async hangUp(): Promise<void> {
    if (this.#isOver) return
    this.#hangsUp = true
    await this.#press({ command: 'hangup' })
  }

  hold(): Promise<void> {
    this.#wasHeld = true
    return this.#press({ command: 'hold' })
  }

  resume(): Promise<void> {
    return this.#press({ command: 'resume' })
  }

  /** Resolves with the status of the final NOTIFY, or of the refusal; rejects when the call ended without either. */
  async refer(number: string): Promise<number> {
    const referred = new Promise<number>((resolve) => {
      this.#tellReferred = resolve
    })
    await this.#press({ command: 'transfer', params: this.#options.uriOf(number) })
    const status = await Promise.race([referred, this.ended.then(() => undefined)])
    if (status === undefined) throw new Error('The call ended, and no NOTIFY told what came of the REFER')
    return status
  }

  /** Resolves when baresip took the keys: it does not tell when the last was released. */
  async sendDtmf(digits: string, { via }: { via: 'rfc4733' | 'info' }): Promise<void> {
    if (via === 'info') throw new Error("baresip sends no keys by INFO: ask for 'info-digits'")
    await this.#press({ command: 'sndcode', params: digits })
  }

  sendTone(frequency: number | undefined): void {
    void this.#press({ command: 'ausrc', params: this.#options.soundOf(frequency) })
  }

  hears(frequency: number, { withinMs = 10_000 }: { withinMs?: number } = {}): Promise<boolean> {
    if (this.#wasHeld) throw new Error("baresip keeps nothing of what it hears after its own hold: ask for 'own-hold'")
    return this.#sound.hears(frequency, withinMs)
  }

  /** A key of the phone acts on its current call: this one is made it first. A call that ended meanwhile needs no key. */
  async #press(command: Command): Promise<void> {
    const choice = this.id === undefined ? [] : [{ command: 'callfind', params: this.id }]
    await this.#options.press(...choice, command).catch((error: unknown) => {
      if (!this.#isOver) throw error
    })
  }

  #established(): void {
    this.#isAnswered = true
    void this.#sound.watch()
    const at = Date.now()
    this.#tellAnswered({ kind: 'answered', at, afterMs: at - this.#beganAt })
  }

  #closed(reason: string): void {
    const isTransferred = reason.startsWith('Call transfered')
    if (isTransferred) this.#tellReferred(200)
    const status = statusIn(reason)
    const refusal = { reason, ...(status === undefined ? {} : { status }) }
    this.#over(this.#hangsUp || isTransferred ? this.#ownEnd : this.#othersEnd, refusal)
  }

  get #ownEnd(): EndCause {
    if (this.#isAnswered) return 'hungUp'
    return this.direction === 'incoming' ? 'rejected' : 'cancelled'
  }

  get #othersEnd(): EndCause {
    if (this.#isAnswered) return 'hungUpByOther'
    return this.direction === 'incoming' ? 'cancelledByOther' : 'refused'
  }

  #over(cause: EndCause, more: { status?: number; reason?: string } = {}): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#sound.over()
    this.#tellAnswered({ kind: 'notAnswered', cause })
    this.#tellEnded({ cause, at: Date.now(), ...more })
  }
}

/** `486 Busy Here` in what baresip says of an end. */
function statusIn(reason: string): number | undefined {
  const status = /^(\d{3}) /.exec(reason)?.[1]
  return status === undefined ? undefined : Number(status)
}
