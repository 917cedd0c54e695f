import JsSIP, { type UA } from 'jssip'
import type { RTCSession } from 'jssip/lib/RTCSession'
import { openAudio, type SoundChoice } from './sound-choice.ts'

/** What a browser registers or calls with. */
export interface SipAccount {
  /** ws:// or wss:// */
  readonly url: string
  readonly realm: string
  readonly extension: string
  readonly password: string
}

export type Line = 'off' | 'connecting' | 'registered' | 'lost' | 'refused'

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

/** Milliseconds after which a refused line is tried again with a new password. */
const againAfter = 3000
/** Seconds a registration lasts: after so long a browser that was given up by mistake can be called again. */
const registrationSeconds = 60

/**
 * A telephone: registers, rings, answers, holds, sends keys. It knows of no framework; one call at a time, a second one is
 * busy. JsSIP keeps the WebSocket and connects anew when it is lost.
 */
export class Softphone {
  readonly #options: SoftphoneOptions
  #ua: UA | undefined
  #realm = ''
  #session: RTCSession | undefined
  #own: MediaStream | undefined
  #state: PhoneState = { line: 'off', call: null }
  #again: ReturnType<typeof setTimeout> | undefined
  #wanted = false

  constructor(options: SoftphoneOptions) {
    this.#options = options
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

  async start(): Promise<void> {
    this.#wanted = true
    this.#set({ line: 'connecting' })
    try {
      const account = await this.#options.account()
      if (this.#wanted) this.#connect(account)
    } catch {
      this.#refused()
    }
  }

  stop(): void {
    this.#wanted = false
    clearTimeout(this.#again)
    this.#ua?.stop()
    this.#ua = undefined
    this.#set({ line: 'off', call: null })
  }

  async call(number: string): Promise<void> {
    const ua = this.#ua
    if (!ua || this.#session) return
    this.#own = await openAudio(this.#options.sound())
    ua.call(`sip:${number}@${this.#realm}`, { mediaStream: this.#own, pcConfig: noServers })
  }

  async answer(): Promise<void> {
    const session = this.#session
    if (!session || this.#state.call?.state !== 'ringing' || session.direction !== 'incoming') return
    this.#own = await openAudio(this.#options.sound())
    // The caller may have hung up while the microphone was opened.
    if (this.#session === session) session.answer({ mediaStream: this.#own, pcConfig: noServers })
    else this.#closeMicrophone()
  }

  hangUp(): void {
    if (this.#session && !this.#session.isEnded()) this.#session.terminate()
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

  #connect({ url, realm, extension, password }: SipAccount): void {
    this.#ua?.stop()
    this.#realm = realm
    const ua = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(url)],
      uri: `sip:${extension}@${realm}`,
      password,
      realm,
      register: true,
      register_expires: registrationSeconds,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 5,
      session_timers: false,
      user_agent: 'Yihao browser',
    })
    this.#ua = ua
    ua.on('registered', () => this.#set({ line: 'registered' }))
    ua.on('disconnected', () => this.#set({ line: this.#wanted ? 'lost' : 'off' }))
    ua.on('registrationFailed', ({ response }: { response?: unknown }) => {
      // Without a response the line is at fault, and JsSIP tries again by itself.
      if (response && this.#ua === ua) this.#refused()
    })
    ua.on('newRTCSession', ({ session }: { session: RTCSession }) => this.#took(session))
    ua.start()
  }

  #refused(): void {
    this.#set({ line: 'refused' })
    clearTimeout(this.#again)
    if (this.#wanted && !this.#session) this.#again = setTimeout(() => void this.start(), againAfter)
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
