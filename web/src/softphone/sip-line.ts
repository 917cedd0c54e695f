import JsSIP, { type UA } from 'jssip'
import type { RTCSession } from 'jssip/lib/RTCSession'
import { after, type StopTimer } from '../clock/steady-timers.ts'

/** What a browser registers or calls with. */
export interface SipAccount {
  /** ws:// or wss:// */
  readonly url: string
  readonly realm: string
  readonly extension: string
  readonly password: string
}

/**
 * `elsewhere`: the phone was opened in another window, which has it now. `insecure`: the page came without TLS from another
 * machine, and browsers give such a page no microphone (W3C Media Capture and Streams, section 10).
 */
export type Line = 'off' | 'insecure' | 'connecting' | 'registered' | 'lost' | 'refused' | 'elsewhere'

export interface SipLineOptions {
  /** Asked for at the start, and again when the password is refused. */
  readonly account: () => Promise<SipAccount>
  readonly onLine: (line: Line) => void
  readonly onSession: (session: RTCSession) => void
}

/** Milliseconds after which a refused line is tried again with a new password, and a REGISTER that may have come to nothing. */
const [newAccountAfter, againAfter] = [3000, 2000]
/** Milliseconds between registrations. */
const refreshEvery = 30_000
/** What a page hears of that slept (Page Lifecycle). */
const wakeUps = ['visibilitychange', 'resume']
/** Seconds a registration lasts: one refresh may be lost. */
const registrationSeconds = 90

/**
 * A telephone's way to the SIP server: one user agent until `stop`, so that its contact stays and a call goes on when the
 * server starts anew. JsSIP's timers sleep in a hidden page, and it gives a REGISTER up that was answered by anything but
 * a 200, or by nothing: that the line comes back is seen to here.
 */
export class SipLine {
  readonly #options: SipLineOptions
  #ua: UA | undefined
  #wanted = false
  /** The password was good once: when it is not any more, another window has asked for a new one. */
  #proven = false
  #stopTimer: StopTimer = () => {}

  constructor(options: SipLineOptions) {
    this.#options = options
  }

  get ua(): UA | undefined {
    return this.#ua
  }

  /** Registers, and goes on trying until `stop`. */
  async start(): Promise<void> {
    if (!window.isSecureContext) return this.#options.onLine('insecure')
    this.#wanted = true
    this.#proven = false
    this.#options.onLine('connecting')
    // A page that was frozen has slept longer than its timers know.
    for (const event of wakeUps) document.addEventListener(event, this.#look)
    try {
      const account = await this.#options.account()
      if (this.#wanted) this.#use(account)
    } catch {
      // Nobody answers, or there is no account: perhaps later.
      this.#refused()
    }
  }

  /** Another page may have the phone now: the registrar knows. */
  check(): void {
    if (!this.#proven) return
    this.#look()
    // One that was under way already may have been answered before.
    this.#lookAfter(againAfter)
  }

  stop(): void {
    this.#wanted = false
    this.#stopTimer()
    for (const event of wakeUps) document.removeEventListener(event, this.#look)
    this.#ua?.stop()
    this.#ua = undefined
    this.#options.onLine('off')
  }

  #use(account: SipAccount): void {
    if (!this.#ua) return this.#connect(account)
    this.#ua.set('password', account.password)
    this.#look()
  }

  #connect({ url, realm, extension, password }: SipAccount): void {
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
    const { onLine, onSession } = this.#options
    ua.on('registered', () => this.#registered())
    // Heard of by somebody, it is left to us.
    ua.on('registrationExpiring', () => this.#look())
    ua.on('disconnected', () => {
      if (this.#ua !== ua) return
      onLine('lost')
      this.#lookAfter(againAfter)
    })
    ua.on('registrationFailed', ({ response }: { response?: { status_code: number } | null }) => {
      if (this.#ua === ua) this.#failed(response?.status_code)
    })
    ua.on('newRTCSession', ({ session }: { session: RTCSession }) => onSession(session))
    ua.start()
    this.#lookAfter(refreshEvery)
  }

  #registered(): void {
    this.#proven = true
    this.#options.onLine('registered')
    this.#lookAfter(refreshEvery)
  }

  /** Without a status nobody answered, or the connection broke. */
  #failed(status?: number): void {
    if (status !== 401 && status !== 403) return this.#lookAfter(againAfter)
    if (!this.#proven) return this.#refused()
    this.#stopTimer()
    for (const event of wakeUps) document.removeEventListener(event, this.#look)
    this.#options.onLine('elsewhere')
  }

  #refused(): void {
    if (!this.#wanted) return
    this.#options.onLine('refused')
    this.#stopTimer()
    this.#stopTimer = after(newAccountAfter, () => void this.start())
  }

  /** Connects where there is no connection, and registers anew where there is one; JsSIP does nothing while it is at it. */
  readonly #look = (): void => {
    const ua = this.#ua
    if (!ua) return
    if (ua.isConnected()) ua.register()
    else ua.transport.connect()
    this.#lookAfter(ua.isConnected() ? refreshEvery : againAfter)
  }

  #lookAfter(ms: number): void {
    this.#stopTimer()
    this.#stopTimer = after(ms, this.#look)
  }
}
