import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HotlineClient } from '../../scripts/client/hotline-client.ts'
import type { Timeline } from '../../scripts/client/timeline.ts'
import type { Child } from '../../scripts/launch/child.ts'
import { freePort } from '../../scripts/launch/free-port.ts'
import { freePorts } from '../../scripts/launch/free-ports.ts'
import { type Stack, startStack } from '../../scripts/launch/stack.ts'
import { createSoftphones, type Phone, type Softphones } from '../../src/embedded/softphone/index.ts'
import { createLogger } from '../../src/kernel/index.ts'
import type { InstrumentOptions } from '../bench/instrument.ts'
import { SippRoom } from '../sipp/sipp-room.ts'
import { until } from '../support/until.ts'
import { writeChaosCity } from './city.ts'
import { type Ledger, lostAndTwice, readLedger } from './ledger.ts'
import { PostgresServer } from './postgres-server.ts'
import { Wires } from './wires.ts'
import { withPort } from './with-port.ts'

const answering: Phone['onCall'] = { kind: 'answer', afterMs: 50 }

export interface RoomOptions {
  /** For the hotline process. */
  readonly hotlineEnv?: Readonly<Record<string, string>>
  /** The folder of another version, whose hotline process and city the room begins with. */
  readonly versionBefore?: string
}

/** The whole hotline with its ticket service on a PostgreSQL of its own, and wires that can be broken. */
export class ChaosRoom {
  readonly stack: Stack
  readonly phones: Softphones
  readonly admin: HotlineClient
  readonly timeline: Timeline
  readonly sipp: SippRoom
  readonly wires: Wires
  readonly postgres: PostgresServer
  readonly #folder: string
  readonly #known = new Set<string>()
  readonly #citizens: Phone[] = []
  #numbers = 13_800_000_000
  #accepted = 0
  #agents = 7000

  private constructor(
    parts: Pick<ChaosRoom, 'stack' | 'phones' | 'admin' | 'timeline' | 'wires' | 'postgres'> & { folder: string },
  ) {
    this.stack = parts.stack
    this.phones = parts.phones
    this.admin = parts.admin
    this.timeline = parts.timeline
    this.wires = parts.wires
    this.postgres = parts.postgres
    this.#folder = parts.folder
    this.sipp = new SippRoom(this)
  }

  static async start(
    { sipServer, mediaSwitch }: Pick<InstrumentOptions, 'sipServer' | 'mediaSwitch'>,
    { hotlineEnv, versionBefore }: RoomOptions = {},
  ): Promise<ChaosRoom> {
    const folder = mkdtempSync(join(tmpdir(), 'yihao-chaos-'))
    chmodSync(folder, 0o711)
    const ports = await freePorts()
    const postgres = await PostgresServer.start(join(folder, 'postgres'))
    const wires = await Wires.between({ ports, postgres })
    const url = `http://127.0.0.1:${wires.hotlineAddress.port}`
    const phones = await createSoftphones({ logger: createLogger({ name: 'phones', level: 'silent' }) })
    const stack = await startStack({
      stateDir: join(folder, 'state'),
      ports,
      sipServer,
      mediaSwitch,
      databaseUrl: withPort(postgres.url, wires.databaseAddress.port),
      env: { CITY: writeChaosCity(folder, versionBefore), DRAIN_SECONDS: '0' },
      hotlineEnv: {
        DATABASE_URL: withPort(postgres.url, wires.database.port),
        SWITCHES: `127.0.0.1:${wires.switch.port}`,
        ...hotlineEnv,
      },
      ...(versionBefore !== undefined && { hotlineProgram: join(versionBefore, 'dist/src/main.js') }),
      tickets: { HOTLINE_URL: url },
    }).catch(async (error: unknown) => {
      await postgres.stop()
      throw error
    })
    const admin = await HotlineClient.login(url, {
      username: 'admin',
      password: stack.adminPassword ?? '',
    })
    const timeline = await admin.timeline()
    return new ChaosRoom({ stack, phones, admin, timeline, wires, postgres, folder })
  }

  get hotline(): Child {
    return this.stack.child('hotline')
  }

  /** Where the sounds are kept: the disk a scenario may fill. */
  get soundsDir(): string {
    return join(this.#folder, 'state/sounds')
  }

  citizen(): Phone {
    this.#numbers += 1
    const phone = this.#phone(String(this.#numbers), '')
    this.#citizens.push(phone)
    return phone
  }

  /** Every citizen hangs up and every agent leaves, whatever a scenario left behind. */
  async clear(): Promise<void> {
    await Promise.all(this.#citizens.splice(0).flatMap(({ calls }) => calls.map((call) => call.hangUp())))
    await this.sipp.phonesOff()
    const agents = await this.admin.get<{ agentId: string; state: string }[]>('/agents')
    const present = agents.filter(({ state }) => state !== 'offline')
    // One who talks still logs out when the call is over.
    await Promise.allSettled(present.map(({ agentId }) => this.admin.post(`/agents/${agentId}/logout`)))
  }

  /** Numbers of agents that nobody had before. */
  newAgentIds(count: number): string[] {
    return Array.from({ length: count }, () => {
      this.#agents += 1
      return String(this.#agents)
    })
  }

  /** An agent with a registered phone, ready; no wrap-up. Serves one queue alone, whose name is that of its skill, or `general`. */
  async agent(
    agentId: string,
    { onCall = answering, queue = 'general' }: { onCall?: Phone['onCall']; queue?: string } = {},
  ): Promise<Phone> {
    const phonePassword = `phone-of-${agentId}`
    const skills = queue === 'general' ? [] : [queue]
    await this.admin.createAgent({ agentId, name: agentId, skills, wrapUpSeconds: 0, phonePassword })
    await this.admin.put(`/agents/${agentId}/groups`, { groups: [{ queue, rank: 1 }] })
    const phone = this.#phone(agentId, phonePassword)
    phone.onCall = onCall
    await phone.register({ expires: 3600 })
    await this.admin.makeReady(agentId)
    return phone
  }

  /** Dials 12345 and presses keys; resolves with the call and its id. */
  async call(keys: string, { tone, from = this.citizen() }: { tone?: number; from?: Phone } = {}) {
    const call = await from.call('12345', tone === undefined ? {} : { tone })
    const answered = await call.answered
    if (answered.kind !== 'answered') throw new Error(`12345 did not answer: ${answered.cause}`)
    if (keys !== '') await call.sendDtmf(keys, { via: 'rfc4733' })
    const { data } = await this.timeline.until(
      'call.offered',
      ({ callerNumber, callId }) => callerNumber === from.user && !this.#known.has(callId),
      { withinMs: 30_000 },
    )
    this.#known.add(data.callId)
    this.#accepted += 1
    return { call, callId: data.callId, from }
  }

  /** Notes calls that SIP saw answered, made otherwise than by {@link call}: the log must know them all. */
  accepted(count: number): void {
    this.#accepted += count
  }

  /** Calls that were answered, as the callers saw it. */
  get acceptedCalls(): number {
    return this.#accepted
  }

  /** Starts a further hotline process, of this version; resolves when it has asked for the lease in vain. */
  async startStandby(): Promise<{ port: number; process: Child }> {
    const log = join(this.stack.logDir, 'standby.log')
    const waiting = () => (existsSync(log) ? readFileSync(log, 'utf8').split('standing by').length : 1)
    const before = waiting()
    const port = await freePort()
    const process = await this.stack.startStandby(port)
    await until(() => waiting() > before, 'the further process stands by', 30_000)
    return { port, process }
  }

  /** The address of the hotline moves to another process: connections break, and those who had them come again. */
  async moveTo(port: number): Promise<void> {
    this.wires.hotlineAddress.leadTo(port)
    this.wires.hotlineAddress.cut()
    this.wires.hotlineAddress.mend()
    await this.timeline.resume()
  }

  /** The hotline loses its connection to the switch, and finds another way to it at this port. */
  async reconnectTo(port: number): Promise<void> {
    this.wires.switch.cut()
    await until(async () => !(await this.serves()), 'the hotline notices')
    this.wires.switch.leadTo(port)
    this.wires.switch.mend()
    await until(() => this.serves(), 'the hotline is connected again')
  }

  /** Whether the hotline takes calls. */
  async serves(port = this.stack.ports.http): Promise<boolean> {
    try {
      return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok
    } catch {
      return false
    }
  }

  async isAgent(agentId: string, state: string): Promise<boolean> {
    return (await this.admin.agentState(agentId)) === state
  }

  /** Waits until the log, the records and the tickets have caught up with every call, and reads the ledger. */
  async balance(withinMs = 60_000): Promise<Ledger> {
    let ledger = await this.ledger()
    const settled = async () => {
      ledger = await this.ledger()
      return ledger.offered > 0 && lostAndTwice(ledger).lost === 0
    }
    // What is still missing then is what the ledger tells.
    await until(settled, 'the ledger is settled', withinMs, 200).catch(() => undefined)
    return ledger
  }

  /** As it is now. */
  ledger(): Promise<Ledger> {
    return readLedger({ url: this.postgres.url, soundsDir: this.soundsDir })
  }

  async stop(): Promise<void> {
    this.wires.mend()
    await this.timeline.close()
    await this.sipp.phonesOff()
    await this.phones.close()
    await this.stack.stop()
    await this.wires.close()
    await this.postgres.stop()
    if (process.env['YIHAO_KEEP']) console.log(`logs: ${this.#folder}`)
    else rmSync(this.#folder, { recursive: true, force: true })
  }

  #phone(user: string, password: string): Phone {
    const registrar = { host: '127.0.0.1', port: this.stack.ports.sip }
    return this.phones.phone({ user, password, registrar, transport: 'udp' })
  }
}
