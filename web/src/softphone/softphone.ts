import JsSIP from 'jssip'
import type { RTCSession } from 'jssip/lib/RTCSession'
import { type Line, type SipAccount, SipLine } from './sip-line.ts'
import { openAudio, type SoundChoice } from './sound-choice.ts'

export interface PhoneCall {
  readonly direction: 'incoming' | 'outgoing'
  readonly state: 'ringing' | 'talking' | 'held'
  readonly number: string
  readonly muted: boolean
}

export interface PhoneState {
  readonly line: Line
  readonly call: PhoneCall | null
}

export interface SoftphoneOptions {
  /** Asked for at the start, and again when the password is refused. */
  readonly account: () => Promise<SipAccount>
  readonly sound: () => SoundChoice
  readonly onState: (state: PhoneState) => void
  /** The other side's voice; null when there is none any more. */
  readonly onVoice: (voice: MediaStream | null) => void
}

/** A telephone: rings, answers, holds, sends keys. It knows of no framework; one call at a time, a second one is busy. */
export class Softphone {
  readonly #options: SoftphoneOptions
  readonly #line: SipLine
  #session: RTCSession | undefined
  #own: MediaStream | undefined
  /** What was answered already: the microphone may still be opened when the key is pressed again. */
  #answered: RTCSession | undefined
  #state: PhoneState = { line: 'off', call: null }

  constructor(options: SoftphoneOptions) {
    this.#options = options
    this.#line = new SipLine({
      account: options.account,
      onLine: (line) => this.#set({ line }),
      onSession: (session) => this.#took(session),
    })
  }

  get state(): PhoneState {
    return this.#state
  }

  /** What is sent: the microphone of the call. */
  get microphone(): MediaStream | undefined {
    return this.#own
  }

  get connection(): RTCPeerConnection | undefined {
    return this.#session?.connection ?? undefined
  }

  start(): Promise<void> {
    return this.#line.start()
  }

  /** Another page may have this phone now. */
  check(): void {
    this.#line.check()
  }

  stop(): void {
    this.#line.stop()
    this.#set({ call: null })
  }

  async call(number: string): Promise<void> {
    const { ua } = this.#line
    if (!ua || this.#session) return
    this.#own = await openAudio(this.#options.sound())
    ua.call(number, { mediaStream: this.#own, pcConfig: noServers })
  }

  async answer(): Promise<void> {
    const session = this.#session
    if (!session || session === this.#answered || session.direction !== 'incoming') return
    this.#answered = session
    this.#own = await openAudio(this.#options.sound()).catch((error: unknown) => {
      // The microphone may be allowed, and the key pressed again.
      this.#answered = undefined
      throw error
    })
    // The caller may have hung up while the microphone was opened.
    if (this.#session === session) session.answer({ mediaStream: this.#own, pcConfig: noServers })
    else this.#closeMicrophone()
  }

  hangUp(): void {
    if (this.#session && !this.#session.isEnded()) this.#session.terminate()
  }

  /** The person does not want this call, which is more than that nobody was there (RFC 3261 section 21.6.2). */
  reject(): void {
    if (this.#session && !this.#session.isEnded()) this.#session.terminate({ status_code: 603 })
  }

  mute(muted: boolean): void {
    if (muted) this.#session?.mute({ audio: true })
    else this.#session?.unmute({ audio: true })
    this.#setCall({ muted })
  }

  hold(held: boolean): void {
    if (held) this.#session?.hold()
    else this.#session?.unhold()
  }

  /** One key, as RFC 4733 says it. */
  press(key: string): void {
    if (this.#session?.isEstablished()) {
      this.#session.sendDTMF(key, { transportType: JsSIP.C.DTMF_TRANSPORT.RFC2833, duration: 120, interToneGap: 80 })
    }
  }

  #took(session: RTCSession): void {
    if (this.#session) {
      session.terminate({ status_code: 486 })
      return
    }
    this.#session = session
    const { direction } = session
    const number = session.remote_identity.uri.user ?? ''
    this.#set({ call: { direction, state: 'ringing', number, muted: false } })
    const listen = (connection: RTCPeerConnection) =>
      connection.addEventListener('track', ({ track }) => this.#options.onVoice(new MediaStream([track])))
    if (session.connection) listen(session.connection)
    else
      session.on('peerconnection', ({ peerconnection }: { peerconnection: RTCPeerConnection }) =>
        listen(peerconnection),
      )
    session.on('accepted', () => this.#setCall({ state: 'talking' }))
    session.on('hold', () => this.#setCall({ state: 'held' }))
    session.on('unhold', () => this.#setCall({ state: 'talking' }))
    session.on('ended', () => this.#over(session))
    session.on('failed', () => this.#over(session))
  }

  #over(session: RTCSession): void {
    if (this.#session !== session) return
    this.#session = undefined
    this.#closeMicrophone()
    this.#options.onVoice(null)
    this.#set({ call: null })
  }

  #closeMicrophone(): void {
    for (const track of this.#own?.getTracks() ?? []) track.stop()
    this.#own = undefined
  }

  #setCall(change: Partial<PhoneCall>): void {
    if (this.#state.call) this.#set({ call: { ...this.#state.call, ...change } })
  }

  #set(change: Partial<PhoneState>): void {
    this.#state = { ...this.#state, ...change }
    this.#options.onState(this.#state)
  }
}

/** The switch has an address of its own, and nobody outside is asked for ours. */
const noServers = { iceServers: [] }
