import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import type { CallPolicy, PhoneOptions } from '../../../src/embedded/softphone/index.ts'
import type { Telephone } from '../telephone.ts'
import { until } from '../until.ts'
import { BaresipCall } from './baresip-call.ts'
import type { BaresipEvent, Command } from './baresip-control.ts'
import { type BaresipProcess, soundOf, startBaresip } from './baresip-process.ts'
import { DumpFiles } from './dump-files.ts'

export interface BaresipPhoneOptions {
  readonly user: string
  readonly password: string
  readonly registrar: PhoneOptions['registrar']
  readonly onCall?: CallPolicy
  /** Of all baresips of a test. */
  readonly folder: string
  /** Where it shows itself once it is up, so that calls to its number find it. */
  readonly switchboardPort: number
}

/** A baresip of its own, which does when it is called what a phone of ours would. */
export class BaresipPhone implements Telephone {
  readonly user: string
  readonly #options: BaresipPhoneOptions
  readonly #calls: BaresipCall[] = []
  readonly #unclaimed: BaresipCall[] = []
  readonly #folder: string
  readonly #dumps: DumpFiles<BaresipCall>
  readonly #process: Promise<BaresipProcess>
  #policy: CallPolicy
  #registrations = 0

  constructor(options: BaresipPhoneOptions) {
    this.user = options.user
    this.#options = options
    this.#policy = playable(options.onCall ?? { kind: 'ring' })
    this.#folder = mkdtempSync(join(options.folder, `${options.user}-`))
    this.#dumps = new DumpFiles(this.#folder)
    this.#process = this.#start()
    // Whoever uses the phone is told; one that nobody uses may have failed to start.
    this.#process.catch(() => {})
  }

  get calls(): readonly BaresipCall[] {
    return this.#calls
  }

  get onCall(): CallPolicy {
    return this.#policy
  }

  /** May be changed at any time; holds for calls from then on. */
  set onCall(policy: CallPolicy) {
    this.#policy = playable(policy)
    void this.#press(this.#source(toneOf(policy)))
  }

  /** Registers, and stays registered. */
  async register({ expires }: { expires: number }): Promise<void> {
    const before = this.#registrations
    const { user, password } = this.#options
    await this.#become(`;auth_user=${user};auth_pass=${password};regint=${expires}`)
    await until(() => this.#registrations > before, `baresip ${user} registers`)
  }

  unregister(): Promise<void> {
    return this.#become(';regint=0')
  }

  /** Calls a number or a SIP URI; with a tone of so many hertz instead of silence. */
  async call(target: string, { tone }: { tone?: number } = {}): Promise<BaresipCall> {
    const call = this.#newCall({ direction: 'outgoing', peer: target })
    // The call keeps what is the source when it begins; calls to this phone have that of its policy again.
    await this.#press(
      this.#source(tone),
      { command: 'dial', params: /^sip:/.test(target) ? target : this.#uriOf(target) },
      this.#source(toneOf(this.#policy)),
    )
    return call
  }

  /** The next incoming call nobody took yet; rejects when none comes in time. */
  async nextCall({ withinMs = 20_000 }: { withinMs?: number } = {}): Promise<BaresipCall> {
    await until(() => this.#unclaimed.length > 0, `baresip ${this.user} is called`, withinMs)
    const call = this.#unclaimed.shift()
    if (!call) throw new Error(`Two at once waited for a call of baresip ${this.user}`)
    return call
  }

  /** Ends the process, and with it its calls. */
  async close(): Promise<void> {
    await (await this.#process).stop()
  }

  async #start(): Promise<BaresipProcess> {
    const { folder, switchboardPort } = this.#options
    const baresip = await startBaresip({
      folder: this.#folder,
      sound: soundOf(folder, toneOf(this.#policy)),
      account: `<${this.#aor}>;regint=0`,
      onEvent: (event) => this.#take(event),
    })
    await baresip.control.send({ command: 'options', params: `sip:switchboard@127.0.0.1:${switchboardPort}` })
    return baresip
  }

  #take(event: BaresipEvent): void {
    if (event.type === 'REGISTER_OK') this.#registrations += 1
    if (event.type === 'CALL_INCOMING') void this.#ring(event)
    const call = this.#callOf(event)
    call?.take(event)
    if (call && event.type === 'CALL_ESTABLISHED') this.#dumps.of(call)
  }

  async #ring({ id, peeruri = '' }: BaresipEvent): Promise<void> {
    const policy = this.#policy
    const call = this.#newCall({ direction: 'incoming', peer: peeruri })
    call.id = id
    this.#unclaimed.push(call)
    if (policy.kind === 'reject') await call.hangUp()
    if (policy.kind !== 'answer') return
    await Promise.race([call.ended, new Promise((resolve) => setTimeout(resolve, policy.afterMs))])
    if (!call.isOver) await call.answer()
  }

  /** The call an event is about; an outgoing call has its Call-ID from the first event that names one. */
  #callOf({ id, direction }: BaresipEvent): BaresipCall | undefined {
    const known = this.#calls.find((call) => id !== undefined && call.id === id)
    if (known || id === undefined || direction === 'incoming') return known
    const dialled = this.#calls.find((call) => call.direction === 'outgoing' && call.id === undefined)
    if (dialled) dialled.id = id
    return dialled
  }

  #newCall(about: { direction: BaresipCall['direction']; peer: string }): BaresipCall {
    const call: BaresipCall = new BaresipCall({
      ...about,
      press: (...commands) => this.#press(...commands),
      uriOf: (number) => this.#uriOf(number),
      soundOf: (hertz) => soundOf(this.#options.folder, hertz),
      heard: () => this.#dumps.of(call),
    })
    this.#calls.push(call)
    return call
  }

  /** Another account in the place of the one there is. It comes first: its Contact is named after its place in memory, a free one. */
  async #become(parameters: string): Promise<void> {
    const account = `<${this.#aor}>${parameters}`
    await this.#press({ command: 'uanew', params: account }, { command: 'uadel', params: this.#aor })
  }

  /** What is said in calls from now on. */
  #source(hertz: number | undefined): Command {
    return { command: 'ausrc', params: soundOf(this.#options.folder, hertz) }
  }

  async #press(...commands: readonly Command[]): Promise<void> {
    await (await this.#process).control.send(...commands)
  }

  get #aor(): string {
    return this.#uriOf(this.user)
  }

  #uriOf(number: string): string {
    const { host, port } = this.#options.registrar
    return `sip:${number}@${host}:${port}`
  }
}

function toneOf(policy: CallPolicy): number | undefined {
  return policy.kind === 'answer' ? policy.tone : undefined
}

/** baresip 1.0 has one way to refuse. */
function playable(policy: CallPolicy): CallPolicy {
  if (policy.kind !== 'reject' || policy.status === 486) return policy
  throw new Error(`baresip refuses with 486, not ${policy.status}: ask for 'another-refusal'`)
}
