import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HotlineClient } from '../../scripts/client/hotline-client.ts'
import type { Timeline } from '../../scripts/client/timeline.ts'
import type { Child } from '../../scripts/launch/child.ts'
import { freePort } from '../../scripts/launch/free-port.ts'
import { freePorts, type Stack, startStack } from '../../scripts/launch/stack.ts'
import { type RunningPostgres, startPostgres } from '../../src/embedded/postgres.ts'
import { createSoftphones, type Phone, type Softphones } from '../../src/embedded/softphone/index.ts'
import { createLogger, newSecret } from '../../src/kernel/index.ts'
import type { InstrumentOptions } from '../bench/instrument.ts'
import { SippRoom } from '../sipp/sipp-room.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { until } from '../support/until.ts'
import { writeChaosCity } from './city.ts'
import { type EventShuffler, startEventShuffler } from './event-shuffler.ts'
import { type Ledger, readLedger } from './ledger.ts'

const answering: Phone['onCall'] = { kind: 'answer', afterMs: 50 }

/** The whole hotline with its ticket service on a PostgreSQL of its own, and wires that can be broken. */
export class ChaosRoom {
  readonly stack: Stack
  readonly phones: Softphones
  readonly admin: HotlineClient
  readonly timeline: Timeline
  readonly sipp: SippRoom
  /** Between the hotline and the switch, and between the hotline and the database. */
  readonly switchWire: TcpProxy
  readonly databaseWire: TcpProxy
  /** Where desks and the ticket service find the hotline: leads to the process that is active. */
  readonly address: TcpProxy
  readonly #postgres: PostgresServer
  readonly #folder: string
  readonly #known = new Set<string>()
  readonly #citizens: Phone[] = []
  #numbers = 13_800_000_000
  #accepted = 0
  #agents = 7000
  #shuffler: EventShuffler | undefined

  private constructor(
    parts: Pick<ChaosRoom, 'stack' | 'phones' | 'admin' | 'timeline' | 'switchWire' | 'databaseWire' | 'address'> & {
      postgres: PostgresServer
      folder: string
    },
  ) {
    this.stack = parts.stack
    this.phones = parts.phones
    this.admin = parts.admin
    this.timeline = parts.timeline
    this.switchWire = parts.switchWire
    this.databaseWire = parts.databaseWire
    this.address = parts.address
    this.#postgres = parts.postgres
    this.#folder = parts.folder
    this.sipp = new SippRoom(this)
  }

  static async start(
    { sipServer, mediaSwitch }: Pick<InstrumentOptions, 'sipServer' | 'mediaSwitch'>,
    { hotlineEnv = {} }: { hotlineEnv?: Record<string, string> } = {},
  ): Promise<ChaosRoom> {
    const folder = mkdtempSync(join(tmpdir(), 'yihao-chaos-'))
    chmodSync(folder, 0o711)
    const postgres = await PostgresServer.start(join(folder, 'postgres'))
    const databaseWire = await startTcpProxy({ targetPort: postgres.port })
    const ports = await freePorts()
    const switchWire = await startTcpProxy({ targetPort: ports.switchEsl })
    const address = await startTcpProxy({ targetPort: ports.http })
    const url = `http://127.0.0.1:${address.port}`
    const phones = await createSoftphones({ logger: createLogger({ name: 'phones', level: 'silent' }) })
    const wired = new URL(postgres.url)
    wired.port = String(databaseWire.port)
    const wires = { DATABASE_URL: wired.href, SWITCHES: `127.0.0.1:${switchWire.port}` }
    const stack = await startStack({
      stateDir: join(folder, 'state'),
      ports,
      sipServer,
      mediaSwitch,
      databaseUrl: postgres.url,
      env: { CITY: writeChaosCity(folder), DRAIN_SECONDS: '0' },
      hotlineEnv: { ...wires, ...hotlineEnv },
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
    return new ChaosRoom({ stack, phones, admin, timeline, switchWire, databaseWire, address, postgres, folder })
  }

  get hotline(): Child {
    return this.stack.child('hotline')
  }

  /** Where the sounds are kept: the disk a scenario may fill. */
  get soundsDir(): string {
    return join(this.#folder, 'state/sounds')
  }

  get databaseUrl(): string {
    return this.#postgres.url
  }

  readonly postgres = {
    /** Ends the server as an immediate shutdown does. */
    stop: () => this.#postgres.stop(),
    start: () => this.#postgres.start(),
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

  /** Waits until a further process has asked for the lease in vain. */
  async standsBy(): Promise<void> {
    const log = join(this.stack.logDir, 'standby.log')
    const says = () => existsSync(log) && readFileSync(log, 'utf8').includes('standing by')
    await until(says, 'the further process stands by', 30_000)
  }

  /** The address of the hotline moves to another process: connections break, and those who had them come again. */
  async moveTo(port: number): Promise<void> {
    this.address.leadTo(port)
    this.address.cut()
    this.address.mend()
    await this.timeline.resume()
  }

  /** From now on events of the switch come twice and in another order. */
  async shuffleEvents(): Promise<EventShuffler> {
    const shuffler = await startEventShuffler({ targetPort: this.stack.ports.switchEsl })
    this.#shuffler = shuffler
    await this.#reconnectTo(shuffler.port)
    return shuffler
  }

  async unshuffle(): Promise<void> {
    await this.#reconnectTo(this.stack.ports.switchEsl)
    await this.#shuffler?.close()
  }

  async #reconnectTo(port: number): Promise<void> {
    this.switchWire.cut()
    await until(async () => !(await this.serves()), 'the hotline notices')
    this.switchWire.leadTo(port)
    this.switchWire.mend()
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
    let ledger = await this.#ledger()
    const settled = async () => {
      ledger = await this.#ledger()
      return ledger.offered > 0 && ledger.open === 0 && ledger.ticketsMissing === 0 && ledger.recordingsMissing === 0
    }
    // What is still missing then is what the ledger tells.
    await until(settled, 'the ledger is settled', withinMs, 200).catch(() => undefined)
    return ledger
  }

  #ledger(): Promise<Ledger> {
    return readLedger({ url: this.#postgres.url, soundsDir: this.soundsDir })
  }

  async stop(): Promise<void> {
    this.databaseWire.mend()
    this.switchWire.mend()
    await this.timeline.close()
    await this.sipp.phonesOff()
    await this.phones.close()
    await this.stack.stop()
    await this.address.close()
    await this.databaseWire.close()
    await this.switchWire.close()
    await this.#postgres.stop()
    if (process.env['YIHAO_KEEP']) console.log(`logs: ${this.#folder}`)
    else rmSync(this.#folder, { recursive: true, force: true })
  }

  #phone(user: string, password: string): Phone {
    const registrar = { host: '127.0.0.1', port: this.stack.ports.sip }
    return this.phones.phone({ user, password, registrar, transport: 'udp' })
  }
}

/** A PostgreSQL that is stopped and started again on the same port with the same data. */
class PostgresServer {
  readonly port: number
  readonly #folder: string
  readonly #password = newSecret()
  #running: RunningPostgres | undefined

  private constructor(folder: string, port: number) {
    this.#folder = folder
    this.port = port
  }

  static async start(folder: string): Promise<PostgresServer> {
    const server = new PostgresServer(folder, await freePort())
    await server.start()
    await server.#running?.createDatabase('yihao')
    return server
  }

  get url(): string {
    return this.#running?.url('yihao') ?? ''
  }

  /** The server's children may hold its memory a moment longer than their parent lived. */
  async start(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.#running = await startPostgres({ folder: this.#folder, port: this.port, password: this.#password })
        return
      } catch (error) {
        if (attempt === 20) throw error
        await new Promise((resolve) => setTimeout(resolve, 500))
      }
    }
  }

  /** SIGQUIT: nobody is asked to finish, as in a crash. */
  async stop(): Promise<void> {
    const pidFile = join(this.#folder, 'data/postmaster.pid')
    const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0])
    process.kill(pid, 'SIGQUIT')
    await until(() => !isAlive(pid), 'PostgreSQL has ended')
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
