import { type Clock, type Logger, newSecret } from '../../kernel/index.ts'
import type { RtpPorts, Ticker } from '../rtp/index.ts'
import type { Call } from './call.ts'
import type { DigestAlgorithm } from './digest.ts'
import { type CallPolicy, receiveCall } from './incoming-call.ts'
import { type MessageWatch, watchMessages } from './message-watch.ts'
import { placeCall } from './outgoing-call.ts'
import type { PhoneCall } from './phone-call.ts'
import { PhoneMedia } from './phone-media.ts'
import { Registration } from './registration.ts'
import type { Answer, Incoming, SrfApp } from './srf-app.ts'

export interface PhoneOptions {
  readonly user: string
  readonly password: string
  /** Where it registers and sends its calls. */
  readonly registrar: { readonly host: string; readonly port: number }
  readonly transport: 'udp' | 'tcp'
  /** What it does when called; it rings when not given. */
  readonly onCall?: CallPolicy
  /** Answers challenges of this algorithm only; the strongest offered when not given. */
  readonly digest?: DigestAlgorithm
}

/** What all phones of a process share. */
export interface PhoneServices {
  readonly srf: SrfApp
  readonly host: string
  readonly sipPort: number
  readonly ports: RtpPorts
  readonly ticker: Ticker
  readonly clock: Clock
  readonly logger: Logger
}

/** A SIP phone. */
export class Phone {
  readonly user: string
  /** The user part of its Contact, by which calls for it are told from those for others. */
  readonly contactUser: string
  /** May be changed at any time; holds for calls from then on. */
  onCall: CallPolicy
  /** What it was told of its messages without having asked (bodies of NOTIFY, oldest first), and whether it listens. */
  readonly told: string[] = []
  takesMessages = false
  refusedMessages = 0
  readonly #options: PhoneOptions
  readonly #services: PhoneServices
  readonly #registration: Registration
  readonly #calls: PhoneCall[] = []
  readonly #awaiting = new Set<(call: Call) => void>()
  readonly #unclaimed: PhoneCall[] = []

  constructor(options: PhoneOptions, services: PhoneServices) {
    this.user = options.user
    this.contactUser = `${options.user}-${newSecret(6)}`
    this.onCall = options.onCall ?? { kind: 'ring' }
    this.#options = options
    this.#services = services
    this.#registration = new Registration({
      ...services,
      registrarUri: `sip:${options.registrar.host}`,
      aor: this.#aor,
      contact: this.#contact,
      proxy: this.#proxy,
      credentials: options,
      digest: options.digest,
    })
  }

  /** All calls there were, oldest first. */
  get calls(): readonly Call[] {
    return this.#calls
  }

  /** Registers, and stays registered; resolves to the seconds granted, rejects with an Error whose `status` is the refusal's. */
  register({ expires }: { expires: number }): Promise<number> {
    return this.#registration.register(expires)
  }

  unregister(): Promise<void> {
    return this.#registration.unregister()
  }

  /** Watches its own messages for so many seconds; rejects with an Error whose `status` is the refusal's. */
  watchMessages({ expires }: { expires: number }): Promise<MessageWatch> {
    const { srf, clock } = this.#services
    const { aor, contact, proxy } = { aor: this.#aor, contact: this.#contact, proxy: this.#proxy }
    return watchMessages({ srf, clock, aor, contact, proxy, credentials: this.#options }, expires)
  }

  /** Calls a number or a SIP URI; with a tone of so many hertz instead of silence. */
  async call(target: string, { tone }: { tone?: number } = {}): Promise<Call> {
    const media = await PhoneMedia.open(this.#services)
    if (tone !== undefined) media.sendTone(tone)
    const call = placeCall({
      ...this.#services,
      uri: /^sips?:/i.test(target) ? target : `sip:${target}@${this.#options.registrar.host}`,
      from: this.#aor,
      contact: this.#contact,
      proxy: this.#proxy,
      credentials: this.#options,
      digest: this.#options.digest,
      media,
    })
    this.#calls.push(call)
    return call
  }

  /** The next incoming call nobody took yet; rejects when none comes in time (20 s when not given). */
  nextCall({ withinMs = 20_000 }: { withinMs?: number } = {}): Promise<Call> {
    const waiting = this.#unclaimed.shift()
    if (waiting) return Promise.resolve(waiting)
    return new Promise((resolve, reject) => {
      const take = (call: Call) => {
        stopWaiting()
        this.#awaiting.delete(take)
        resolve(call)
      }
      const stopWaiting = this.#services.clock.after(withinMs, () => {
        this.#awaiting.delete(take)
        reject(new Error(`Phone ${this.user} was not called within ${withinMs} ms`))
      })
      this.#awaiting.add(take)
    })
  }

  /** An INVITE for this phone. */
  async receive(request: Incoming, response: Answer): Promise<void> {
    // A CANCEL may come right behind its INVITE, before the media is there.
    let isCancelled = false
    request.on('cancel', () => {
      isCancelled = true
    })
    const media = await PhoneMedia.open(this.#services)
    if (isCancelled) return media.close()
    const call = receiveCall({ ...this.#services, request, response, contact: this.#contact, media }, this.onCall)
    this.#calls.push(call)
    const [taker] = this.#awaiting
    if (taker) taker(call)
    else this.#unclaimed.push(call)
  }

  /** Hangs up everything and stops refreshing. */
  async close(): Promise<void> {
    this.#registration.stop()
    await Promise.all(this.#calls.map((call) => call.hangUp()))
    for (const call of this.#calls) call.media.close()
  }

  get #aor(): string {
    return `sip:${this.user}@${this.#options.registrar.host}`
  }

  get #contact(): string {
    const { host, sipPort } = this.#services
    return `<sip:${this.contactUser}@${host}:${sipPort}${this.#transportParam}>`
  }

  get #proxy(): string {
    const { host, port } = this.#options.registrar
    return `sip:${host}:${port}${this.#transportParam}`
  }

  get #transportParam(): string {
    return this.#options.transport === 'tcp' ? ';transport=tcp' : ''
  }
}
