import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Value } from 'typebox/value'
import { HotlineClient } from '../../scripts/client/hotline-client.ts'
import type { Timeline } from '../../scripts/client/timeline.ts'
import { findDrachtio, findFreeSwitch } from '../../scripts/launch/real-daemons.ts'
import { readOrMakeSecrets } from '../../scripts/launch/secrets.ts'
import { freePorts, type Stack, startStack } from '../../scripts/launch/stack.ts'
import { createSoftphones, type Phone, type PhoneOptions, type Softphones } from '../../src/embedded/softphone/index.ts'
import { asyncApiDocument, eventSchemas } from '../../src/events/index.ts'
import { createLogger, projectRoot } from '../../src/kernel/index.ts'
import { EslClient } from '../contract/switch-esl-client.ts'
import { newDatabaseUrl } from './database.ts'
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
  /** Where the trunk to citizens leads; to the phones of the test when not given. */
  readonly trunkPort?: number
}

/** The whole hotline as processes, with phones to call it and to answer. */
export class Centre {
  readonly stack: Stack
  readonly phones: Softphones
  readonly admin: HotlineClient
  readonly timeline: Timeline
  readonly #folder: string
  readonly #citizens: Phone[] = []
  readonly #known = new Set<string>()
  #numbers = 13_800_000_000

  private constructor(parts: {
    stack: Stack
    phones: Softphones
    admin: HotlineClient
    timeline: Timeline
    folder: string
  }) {
    this.stack = parts.stack
    this.phones = parts.phones
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
    trunkPort,
  }: CentreOptions): Promise<Centre> {
    const folder = mkdtempSync(join(tmpdir(), 'yihao-centre-'))
    chmodSync(folder, 0o711)
    const ports = await freePorts()
    const phones = await createSoftphones({ logger: createLogger({ name: 'phones', level: 'silent' }) })
    const stack = await startStack({
      stateDir: folder,
      ports: switchEslPort === undefined ? ports : { ...ports, switchEsl: switchEslPort },
      hotlineEnv,
      ...(tickets && { tickets }),
      sipServer: variant.sipServer,
      mediaSwitch: variant.mediaSwitch,
      databaseUrl: databaseUrl ?? (await newDatabaseUrl()),
      env: {
        CITY: cityWithBranches(folder, city, phones.sipPort, trunkPort),
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

  /** A citizen's phone with a number of its own. */
  citizen(options: Partial<PhoneOptions> = {}): Phone {
    this.#numbers += 1
    const phone = this.phones.phone({
      user: String(this.#numbers),
      password: '',
      registrar: { host: '127.0.0.1', port: this.stack.ports.sip },
      transport: 'udp',
      ...options,
    })
    this.#citizens.push(phone)
    return phone
  }

  /** The phone of a branch hotline: 12366 or 12333. */
  branch(number: '12366' | '12333' | '12358' | '110' | '119', onCall: Phone['onCall']): Phone {
    return this.citizen({ user: number, onCall })
  }

  /** An agent with a registered phone; ready unless told otherwise. */
  async agent(
    agentId: string,
    {
      onCall,
      skills = [],
      ready = true,
      languages = ['cmn', 'yue', 'en'],
    }: { onCall?: Phone['onCall']; skills?: string[]; ready?: boolean; languages?: string[] } = {},
  ): Promise<Phone> {
    const password = `phone-of-${agentId}`
    await this.admin.createAgent({ agentId, name: `Agent ${agentId}`, skills, languages, phonePassword: password })
    const registrar = { host: '127.0.0.1', port: this.stack.ports.sip }
    const phone = this.phones.phone({
      user: agentId,
      password,
      registrar,
      transport: 'udp',
      ...(onCall ? { onCall } : {}),
    })
    await phone.register({ expires: 300 })
    if (ready) await this.admin.makeReady(agentId)
    return phone
  }

  /** Dials 12345 and presses keys; resolves with the call and the id the centre gave it. */
  async call(
    keys: string,
    { tone, from = this.citizen(), number = '12345' }: { tone?: number; from?: Phone; number?: string } = {},
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
    for (const phone of this.#citizens.splice(0)) await Promise.all(phone.calls.map((call) => call.hangUp()))
    await until(async () => (await this.admin.get<object[]>('/calls')).length === 0, 'no call is left')
    const agents = await this.admin.get<{ agentId: string; state: string }[]>('/agents')
    for (const { agentId, state } of agents) {
      if (state !== 'offline') await this.admin.post(`/agents/${agentId}/logout`)
    }
  }

  async stop(): Promise<void> {
    await this.timeline.close()
    await this.phones.close()
    await this.stack.stop()
    // YIHAO_KEEP=1 leaves the logs of a scenario to be looked at.
    if (process.env['YIHAO_KEEP']) console.log(`logs: ${this.logDir}`)
    else rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** What of the facts a scenario was sent is not as the AsyncAPI document says. */
export function undocumentedFacts(events: Timeline['events']): string[] {
  const source = events[0]?.source ?? ''
  const about = { title: '', description: '', source, address: '/live', schemas: eventSchemas, sequenced: true }
  const { messages } = asyncApiDocument(about).components
  return events.flatMap((event) => {
    const payload = messages[event.type]?.payload
    const faults = payload ? Value.Errors(payload, event) : [{ instancePath: '/type', message: 'is in no message' }]
    return faults.map(({ instancePath, message }) => `${event.type} ${event.id}: ${instancePath} ${message}`)
  })
}

/** The test city with branches and the way to citizens: phones of the test, and one branch whose seats are agents of the centre. */
function cityWithBranches(folder: string, file: string, sipPort: number, trunkPort = sipPort): string {
  const city = readFileSync(join(projectRoot(), 'test/support', file), 'utf8')
  const branch = (number: string, more = '') =>
    `  "${number}": { name: "${number}", route: "sip:127.0.0.1:${sipPort}", ringFor: 4${more} }\n`
  const path = join(folder, 'city.yaml')
  // Hours that a test closes, where the city has them.
  const hours = city.includes('prices:') ? ', hours: prices' : ''
  const outbound = `outbound: { trunk: "sip:127.0.0.1:${trunkPort}", numbers: ["1[3-9][0-9]{9}"], ringFor: 5${hours}, outcomes: [satisfied, call-again] }\n`
  const branches = [
    branch('12366'),
    branch('12333', ', capacity: 1'),
    branch('12358', hours),
    '  "12315": { name: market, mode: specialist-seats, queue: market-supervision }\n',
  ]
  const services = ['110', '119'].map((number) => `  "${number}": { route: "sip:127.0.0.1:${sipPort}", ringFor: 4 }\n`)
  writeFileSync(path, `${city}branches:\n${branches.join('')}emergency:\n${services.join('')}${outbound}`)
  return path
}
