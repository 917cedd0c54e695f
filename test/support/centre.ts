import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HotlineClient } from '../../scripts/client/hotline-client.ts'
import type { Timeline } from '../../scripts/client/timeline.ts'
import { findDrachtio } from '../../scripts/launch/drachtio.ts'
import { freePorts } from '../../scripts/launch/free-ports.ts'
import { findFreeSwitch } from '../../scripts/launch/freeswitch.ts'
import { readOrMakeSecrets } from '../../scripts/launch/secrets.ts'
import { type Stack, startStack } from '../../scripts/launch/stack.ts'
import type { Call, CallPolicy, Phone, Softphones } from '../../src/embedded/softphone/index.ts'
import { EslClient } from '../contract/switch-esl-client.ts'
import { cityWithBranches } from './city-with-branches.ts'
import { newDatabaseUrl } from './database.ts'
import { type PhoneKind, RoomPhones } from './room-phones.ts'
import type { Need, Telephone, TelephoneCall } from './telephone.ts'
import { newTlsKeys, writeTlsKeys } from './tls-keys.ts'
import { until } from './until.ts'

/** What a scenario runs on. */
export interface Variant {
  readonly name: string
  readonly sipServer: 'embedded' | 'drachtio'
  readonly mediaSwitch: 'embedded' | 'freeswitch'
}

/** The stand-ins always, the real daemons when both are there. YIHAO_REAL=only makes their absence a failure. */
export function variants(): Variant[] {
  const only = process.env['YIHAO_REAL'] === 'only'
  const missing = [findFreeSwitch() ? '' : 'FreeSWITCH', findDrachtio() ? '' : 'drachtio-server']
    .filter(Boolean)
    .join(' and ')
  if (only && missing) throw new Error(`YIHAO_REAL=only, but ${missing} is not on this machine`)
  const real = { name: 'real daemons', sipServer: 'drachtio', mediaSwitch: 'freeswitch' } as const
  const standIns = { name: 'stand-ins', sipServer: 'embedded', mediaSwitch: 'embedded' } as const
  if (missing) console.warn(`${missing} not found: scenarios run on the stand-ins only`)
  return [...(only ? [] : [standIns]), ...(missing ? [] : [real])]
}

export interface CentreOptions {
  readonly variant: Variant
  readonly env?: Readonly<Record<string, string>>
  /** For the hotline process alone; they win over what the stack says. */
  readonly hotlineEnv?: Readonly<Record<string, string>>
  readonly switchEslPort?: number
  readonly databaseUrl?: string
  /** The city's file without its branches, in test/support. */
  readonly city?: string
  /** Start the ticket service too, with these variables. */
  readonly tickets?: Readonly<Record<string, string>>
  /** Browsers reach the SIP server by WSS, with a certificate of the test's own. */
  readonly secured?: boolean
  /** Whose phones the parties have; as YIHAO_PHONES says when not given. */
  readonly phones?: PhoneKind
}

interface AgentOptions {
  readonly onCall?: CallPolicy
  readonly skills?: string[]
  readonly ready?: boolean
  readonly languages?: string[]
  /** As the queue has it, unless given. */
  readonly wrapUpSeconds?: number
  /** What not every phone can. */
  readonly needs?: Need
}

interface CitizenOptions {
  readonly user?: string
  readonly onCall?: CallPolicy
  readonly needs?: Need
}

/** The whole hotline as processes, with phones to call it and to answer. */
export class Centre {
  readonly stack: Stack
  readonly admin: HotlineClient
  readonly timeline: Timeline
  readonly #folder: string
  readonly #phones: RoomPhones
  readonly #citizens: Telephone[] = []
  readonly #known = new Set<string>()
  #numbers = 13_800_000_000

  private constructor(parts: {
    stack: Stack
    phones: RoomPhones
    admin: HotlineClient
    timeline: Timeline
    folder: string
  }) {
    this.stack = parts.stack
    this.#phones = parts.phones
    this.admin = parts.admin
    this.timeline = parts.timeline
    this.#folder = parts.folder
  }

  static async start({
    variant,
    env = {},
    hotlineEnv = {},
    switchEslPort,
    databaseUrl,
    city = 'city.yaml',
    tickets,
    secured = false,
    phones: kind,
  }: CentreOptions): Promise<Centre> {
    const folder = mkdtempSync(join(tmpdir(), 'yihao-centre-'))
    chmodSync(folder, 0o711)
    const ports = await freePorts()
    const phones = await RoomPhones.start(kind)
    const stack = await startStack({
      stateDir: folder,
      ports: switchEslPort === undefined ? ports : { ...ports, switchEsl: switchEslPort },
      hotlineEnv,
      ...(secured && { sipTls: writeTlsKeys(folder, await newTlsKeys()) }),
      ...(tickets && { tickets }),
      sipServer: variant.sipServer,
      mediaSwitch: variant.mediaSwitch,
      databaseUrl: databaseUrl ?? (await newDatabaseUrl()),
      env: {
        CITY: cityWithBranches({ folder, file: city, sipPort: phones.sipPort }),
        DRAIN_SECONDS: '1',
        LOG_LEVEL: 'debug',
        ...env,
      },
    })
    const password = stack.adminPassword
    if (password === undefined) throw new Error('the hotline created no admin')
    const admin = await HotlineClient.login(`http://127.0.0.1:${stack.ports.http}`, { username: 'admin', password })
    return new Centre({ stack, phones, admin, timeline: await admin.timeline(), folder })
  }

  get logDir(): string {
    return this.stack.logDir
  }

  /** The phones that are ours, whatever those of the parties are. */
  get phones(): Softphones {
    return this.#phones.ours
  }

  /** A citizen's phone with a number of its own. */
  citizen(options: CitizenOptions & { needs: Need }): Phone
  citizen(options?: CitizenOptions): Telephone
  citizen(options: CitizenOptions = {}): Telephone {
    this.#numbers += 1
    const account = { user: String(this.#numbers), password: '', port: this.stack.ports.sip }
    const phone = this.#phones.phone({ ...account, ...options })
    this.#citizens.push(phone)
    return phone
  }

  /** The phone of a branch hotline: 12366 or 12333. */
  branch(
    number: '12366' | '12333' | '12358' | '110' | '119',
    onCall: CallPolicy,
    more: { needs?: Need } = {},
  ): Telephone {
    return this.citizen({ user: number, onCall, ...more })
  }

  /** An agent with a registered phone; ready unless told otherwise. */
  async agent(agentId: string, options: AgentOptions & { needs: Need }): Promise<Phone>
  async agent(agentId: string, options?: AgentOptions): Promise<Telephone>
  async agent(
    agentId: string,
    { onCall, skills = [], ready = true, languages = ['cmn', 'yue', 'en'], wrapUpSeconds, needs }: AgentOptions = {},
  ): Promise<Telephone> {
    const password = `phone-of-${agentId}`
    const profile = { agentId, name: `Agent ${agentId}`, skills, languages, phonePassword: password }
    await this.admin.createAgent({ ...profile, ...(wrapUpSeconds !== undefined && { wrapUpSeconds }) })
    const account = { user: agentId, password, port: this.stack.ports.sip }
    const phone = this.#phones.phone({ ...account, ...(needs && { needs }), ...(onCall && { onCall }) })
    await phone.register({ expires: 300 })
    if (ready) await this.admin.makeReady(agentId)
    return phone
  }

  /** Dials 12345 and presses keys; resolves with the call and the id the centre gave it. */
  async call(
    keys: string,
    options: { tone?: number; from: Phone; number?: string },
  ): Promise<{ call: Call; callId: string; from: Phone }>
  async call(
    keys: string,
    options?: { tone?: number; from?: Telephone; number?: string },
  ): Promise<{ call: TelephoneCall; callId: string; from: Telephone }>
  async call(
    keys: string,
    { tone, from = this.citizen(), number = '12345' }: { tone?: number; from?: Telephone; number?: string } = {},
  ) {
    const call = await from.call(number, tone === undefined ? {} : { tone })
    const answered = await call.answered
    if (answered.kind !== 'answered') throw new Error(`${number} did not answer: ${answered.cause}`)
    if (keys !== '') await call.sendDtmf(keys, { via: 'rfc4733' })
    const offered = await this.timeline.until(
      'call.offered',
      ({ callerNumber, callId }) => callerNumber === from.user && !this.#known.has(callId),
    )
    this.#known.add(offered.data.callId)
    return { call, callId: offered.data.callId, from }
  }

  /** Starts the hotline anew and resumes the feed where it was. */
  async restartHotline(): Promise<void> {
    await this.stack.restart('hotline')
    await this.timeline.resume()
  }

  /** What the switch answers to a command by another hand than the hotline's. */
  async atSwitch(command: string): Promise<string> {
    const { switchEsl: eslPassword } = readOrMakeSecrets(join(this.#folder, 'secrets.json'))
    const client = await EslClient.login({ eslPort: this.stack.ports.switchEsl, eslPassword })
    try {
      return await client.api(command)
    } finally {
      client.close()
    }
  }

  /** Everybody hangs up and logs out, so that the next scenario begins with an empty room. */
  async clear(): Promise<void> {
    const citizens = this.#citizens.splice(0)
    await Promise.all(citizens.flatMap(({ calls }) => calls.map((call) => call.hangUp())))
    await until(async () => (await this.#calls()).length === 0, 'no call is left').finally(() => this.#releaseAll())
    await this.#phones.end(citizens)
    const agents = await this.admin.get<{ agentId: string; state: string }[]>('/agents')
    for (const { agentId, state } of agents) {
      if (state !== 'offline') await this.admin.post(`/agents/${agentId}/logout`)
    }
  }

  #calls(): Promise<{ readonly callId: string }[]> {
    return this.admin.get('/calls')
  }

  /** What one test left does not stand in the way of the next. */
  async #releaseAll(): Promise<void> {
    for (const { callId } of await this.#calls()) await this.admin.post(`/calls/${callId}/release`)
  }

  async stop(): Promise<void> {
    await this.timeline.close()
    await this.#phones.close()
    await this.stack.stop()
    // YIHAO_KEEP=1 leaves the logs of a scenario to be looked at.
    if (process.env['YIHAO_KEEP']) console.log(`logs: ${this.logDir}`)
    else rmSync(this.#folder, { recursive: true, force: true })
  }
}
