import type { Clock } from '../../kernel/index.ts'
import type { Answered, Call, EndCause, Ended } from './call.ts'
import type { PhoneMedia } from './phone-media.ts'
import type { Direction } from './phone-sdp.ts'
import type { Answer, Incoming, SrfDialog } from './srf-app.ts'

/** How the signalling of one direction does what the call is told before it is answered. */
export interface BeforeAnswer {
  answer(): Promise<void>
  reject(status: number): void
  cancel(): void
}

export interface PhoneCallOptions {
  readonly direction: Call['direction']
  readonly other: string
  readonly media: PhoneMedia
  readonly clock: Clock
}

/** Milliseconds: a caller who never acknowledges is hung up on all the same. */
const ackWithin = 5000

/** The part of a call that is the same whoever called: what is said, heard and pressed, and its end. */
export class PhoneCall implements Call {
  readonly direction: Call['direction']
  readonly other: string
  readonly answered: Promise<Answered>
  readonly ended: Promise<Ended>
  readonly media: PhoneMedia
  callId: string | undefined
  ringingAt: number | undefined
  beforeAnswer: BeforeAnswer | undefined
  readonly #clock: Clock
  readonly #beganAt: number
  #tellAnswered: (answered: Answered) => void = () => {}
  #tellEnded: (ended: Ended) => void = () => {}
  #dialog: SrfDialog | undefined
  /** Our answer of an incoming call has its ACK. */
  #acknowledged: Promise<void> = Promise.resolve()
  #infoDigits = ''
  #isOver = false
  #tellReferred: (status: number) => void = () => {}

  constructor({ direction, other, media, clock }: PhoneCallOptions) {
    this.direction = direction
    this.other = other
    this.media = media
    this.#clock = clock
    this.#beganAt = clock.now()
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

  get isHeld(): boolean {
    return this.media.isHeld
  }

  get firstPacketAt(): number | undefined {
    return this.media.firstPacketAt
  }

  get firstAudioAt(): number | undefined {
    return this.media.firstAudioAt
  }

  get digitsHeard(): string {
    return this.media.digitsHeard + this.#infoDigits
  }

  get rtp() {
    return this.media.stats
  }

  ringing(): void {
    this.ringingAt ??= this.#clock.now()
  }

  established(dialog: SrfDialog): void {
    this.#dialog = dialog
    if (this.direction === 'incoming') this.#acknowledged = this.#ackOf(dialog)
    dialog.on('destroy', () => this.over('hungUpByOther'))
    dialog.on('modify', (request, response) => this.#renegotiate(request, response))
    dialog.on('notify', (request, response) => this.#takeNotify(request, response))
    dialog.on('info', (request, response) => this.#takeInfo(request, response))
    const at = this.#clock.now()
    this.#tellAnswered({ kind: 'answered', at, afterMs: at - this.#beganAt })
    // drachtio-srf may have handled a BYE that came in one piece with the answer, before there was a listener.
    if (!dialog.connected) this.over('hungUpByOther')
  }

  over(cause: EndCause, refusal: { status?: number; reason?: string } = {}): void {
    if (this.#isOver) return
    this.#isOver = true
    this.media.close()
    this.#tellAnswered({ kind: 'notAnswered', cause })
    this.#tellEnded({ cause, at: this.#clock.now(), ...refusal })
  }

  async answer(): Promise<void> {
    await this.beforeAnswer?.answer()
  }

  reject(status: number): void {
    if (!this.#dialog) this.beforeAnswer?.reject(status)
  }

  cancel(): void {
    if (!this.#dialog) this.beforeAnswer?.cancel()
  }

  async hangUp(): Promise<void> {
    if (this.#isOver) return
    if (this.#dialog) {
      const dialog = this.#dialog
      this.over('hungUp')
      // Who was called says no BYE before the ACK (RFC 3261 section 15): the other side need not know the dialog yet.
      await this.#acknowledged
      await dialog.destroy().catch(ignoreCrossing)
    } else if (this.direction === 'incoming') this.reject(603)
    else this.cancel()
  }

  #ackOf(dialog: SrfDialog): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ackWithin, resolve)
      const over = () => {
        cancel()
        resolve()
      }
      dialog.on('ack', over)
      dialog.on('destroy', over)
    })
  }

  hold(): Promise<void> {
    return this.#offerAgain('sendonly')
  }

  resume(): Promise<void> {
    return this.#offerAgain('sendrecv')
  }

  async refer(number: string): Promise<number> {
    const host = /@([^>;]+)/.exec(this.#talking().remote.uri)?.[1] ?? 'localhost'
    return this.referTo(`sip:${number}@${host}`)
  }

  async referTo(uri: string): Promise<number> {
    const final = this.#referNotified()
    const { status } = await this.#talking().request({ method: 'REFER', headers: { 'Refer-To': `<${uri}>` } })
    return status >= 300 ? status : final
  }

  get replacedBy(): string {
    const { callId, localTag, remoteTag } = this.#talking().sip
    return encodeURIComponent(`${callId};to-tag=${remoteTag};from-tag=${localTag}`)
  }

  #referNotified(): Promise<number> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(60_000, () => reject(new Error('No NOTIFY told what came of the REFER')))
      this.#tellReferred = (status) => {
        cancel()
        resolve(status)
      }
    })
  }

  async sendDtmf(digits: string, { via }: { via: 'rfc4733' | 'info' }): Promise<void> {
    this.#talking()
    if (via === 'rfc4733') await this.media.sendDigits(digits)
    else for (const digit of digits) await this.#sendInfo(digit)
  }

  sendTone(frequency: number | undefined): void {
    this.media.sendTone(frequency)
  }

  hears(frequency: number, { withinMs = 10_000 }: { withinMs?: number } = {}): Promise<boolean> {
    return this.media.hears(frequency, withinMs)
  }

  async #sendInfo(digit: string): Promise<void> {
    const response = await this.#talking().request({
      method: 'INFO',
      headers: { 'Content-Type': 'application/dtmf-relay' },
      body: `Signal=${digit}\r\nDuration=160\r\n`,
    })
    if (response.status !== 200) throw new Error(`The other side refused INFO: ${response.status} ${response.reason}`)
  }

  async #offerAgain(direction: Direction): Promise<void> {
    const answer = await this.#talking().modify(this.media.offer(direction))
    if (!this.media.accept(answer)) throw new Error('The other side answered the re-INVITE without usable audio')
  }

  #talking(): SrfDialog {
    if (!this.#dialog || this.#isOver) throw new Error('The call is not established')
    return this.#dialog
  }

  /** A re-INVITE: an offer is answered; without one, ours is answered by the ACK (RFC 3261 section 14.2). */
  #renegotiate({ body }: Incoming, response: Answer): void {
    const sdp = body ? this.media.answer(body) : this.media.offer('sendrecv')
    if (sdp === undefined) {
      response.send(488)
      return
    }
    if (!body) this.#dialog?.on('ack', (ack) => this.media.accept(ack.body))
    response.send(200, { body: sdp, headers: { 'Content-Type': 'application/sdp' } })
  }

  #takeNotify({ body }: Incoming, response: Answer): void {
    response.send(200)
    const status = Number(/^SIP\/2\.0 (\d{3})/.exec(body)?.[1])
    if (status >= 200) this.#tellReferred(status)
  }

  #takeInfo({ body }: Incoming, response: Answer): void {
    this.#infoDigits += /^Signal=\s*([0-9A-D*#])/im.exec(body)?.[1] ?? ''
    response.send(200)
  }
}

/** Both sides hung up in the same moment: drachtio no longer knows the dialog, and the call is over as it should be. */
function ignoreCrossing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENODIALOG')) throw error
}
