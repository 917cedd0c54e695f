import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HotlineClient } from '../../scripts/client/hotline-client.ts'
import { Child } from '../../scripts/launch/child.ts'
import { findDrachtio, findFreeSwitch } from '../../scripts/launch/real-daemons.ts'
import { freePorts, type Stack, startStack } from '../../scripts/launch/stack.ts'
import { createSoftphones, type Phone, type Softphones } from '../../src/embedded/softphone/index.ts'
import { createLogger, projectRoot } from '../../src/kernel/index.ts'
import { until } from '../support/until.ts'
import { numbers, writePeerConfig } from './peer-switch.ts'

/** Who brings callers and agents together; of those of a room, one at a time. */
export interface Contestant {
  readonly name: 'ours' | 'callcenter' | 'nullClient'
  /** What its callers dial. */
  readonly number: string
  begin(): Promise<void>
  /** When its callers have gone. */
  end(): Promise<void>
}

/** One FreeSWITCH in which the hotline, mod_callcenter and a null client serve the same callers with the same agents' phones. */
export class PeerRoom {
  readonly phones: Softphones
  readonly agents: readonly Phone[]
  readonly #stack: Stack
  readonly #admin: HotlineClient
  readonly #folder: string
  #nullClient: Child | undefined

  private constructor(parts: {
    phones: Softphones
    agents: Phone[]
    stack: Stack
    admin: HotlineClient
    folder: string
  }) {
    this.phones = parts.phones
    this.agents = parts.agents
    this.#stack = parts.stack
    this.#admin = parts.admin
    this.#folder = parts.folder
  }

  /** Real daemons, as mod_callcenter lives in one; throws when they are not on the machine. Nobody is begun yet. */
  static async start({ agents: count }: { agents: number }): Promise<PeerRoom> {
    if (!findFreeSwitch()) throw new Error('FreeSWITCH with mod_callcenter is not on this machine')
    if (!findDrachtio()) throw new Error('drachtio-server is not on this machine')
    runAsFreeSwitchDoes()
    const folder = mkdtempSync(join(tmpdir(), 'yihao-peers-'))
    chmodSync(folder, 0o711)
    const ports = await freePorts()
    const agentIds = Array.from({ length: count }, (_, at) => String(8001 + at))
    const edge = `127.0.0.1:${ports.sip}`
    const stack = await startStack({
      stateDir: join(folder, 'state'),
      ports,
      sipServer: 'drachtio',
      mediaSwitch: 'freeswitch',
      temporary: true,
      dialplansDir: writePeerConfig({ folder, agentIds, edge }),
      env: { DRAIN_SECONDS: '0', HOTLINE_NUMBERS: Object.values(numbers).join(), ...writeCity(folder) },
    })
    const phones = await createSoftphones({ logger: createLogger({ name: 'bench', level: 'silent' }) })
    const url = `http://127.0.0.1:${ports.http}`
    const admin = await HotlineClient.login(url, { username: 'admin', password: stack.adminPassword ?? '' })
    const registrar = { host: '127.0.0.1', port: ports.sip }
    const agents: Phone[] = []
    for (const agentId of agentIds) {
      const password = `phone-of-${agentId}`
      await admin.createAgent({ agentId, name: agentId, wrapUpSeconds: 0, phonePassword: password })
      const onCall = { kind: 'answer', afterMs: 0 } as const
      const phone = phones.phone({ user: agentId, password, registrar, transport: 'udp', onCall })
      await phone.register({ expires: 3600 })
      agents.push(phone)
    }
    const room = new PeerRoom({ phones, agents, stack, admin, folder })
    await stack.child('hotline').stop()
    return room
  }

  readonly contestants = {
    ours: {
      name: 'ours',
      number: numbers.ours,
      begin: () => this.#beginOurs(),
      end: async () => {
        await until(async () => (await this.#admin.get<object[]>('/calls')).length === 0, 'no call is left')
        await this.#stack.child('hotline').stop()
      },
    },
    callcenter: {
      name: 'callcenter',
      number: numbers.callcenter,
      begin: () => Promise.resolve(),
      end: () => Promise.resolve(),
    },
    nullClient: {
      name: 'nullClient',
      number: numbers.nullClient,
      begin: () => this.#beginNull(),
      end: async () => this.#nullClient?.stop(),
    },
  } satisfies Record<string, Contestant>

  citizen(number: string): Phone {
    const registrar = { host: '127.0.0.1', port: this.#stack.ports.sip }
    return this.phones.phone({ user: number, password: '', registrar, transport: 'udp' })
  }

  /** The callers hang up, and with them the agents. */
  async everybodyLeaves(callers: readonly Phone[]): Promise<void> {
    await Promise.all(callers.flatMap(({ calls }) => calls.map((call) => call.hangUp())))
    await Promise.all(this.agents.flatMap(({ calls }) => calls.map(({ ended }) => ended)))
  }

  async close(): Promise<void> {
    await this.#nullClient?.stop()
    await this.phones.close()
    await this.#stack.stop()
    if (process.env['YIHAO_KEEP']) console.log(`logs: ${this.#folder}`)
    else rmSync(this.#folder, { recursive: true, force: true })
  }

  async #beginOurs(): Promise<void> {
    await this.#stack.restart('hotline')
    for (const { user } of this.agents) {
      const state = await this.#admin.agentState(user)
      if (state === 'offline') await this.#admin.makeReady(user)
      else if (state !== 'ready') await this.#admin.post(`/agents/${user}/ready`)
    }
  }

  async #beginNull(): Promise<void> {
    const { ports, secrets, logDir } = this.#stack
    let ready = false
    this.#nullClient = await Child.start({
      name: 'null-client',
      command: process.execPath,
      args: [join(projectRoot(), 'dist/test/bench/null-client.js')],
      env: {
        ESL_PORT: String(ports.switchEsl),
        ESL_PASSWORD: secrets.switchEsl,
        EDGE: `127.0.0.1:${ports.sip}`,
        NUMBER: numbers.nullClient,
        AGENTS: this.agents.map(({ user }) => user).join(),
      },
      logDir,
      takeLine: (line) => {
        ready ||= line === 'ready'
        return true
      },
      ready: () => Promise.resolve(ready),
    })
  }
}

/**
 * FreeSWITCH gives its threads the class SCHED_FIFO when it may (switch_core.c, set_realtime_priority), and mod_callcenter is
 * one of its threads. So that a machine with other work to do slows none of those compared more than another, we and whoever we
 * start run in a real-time class, too, if we may.
 */
function runAsFreeSwitchDoes(): void {
  try {
    execFileSync('chrt', ['-a', '-r', '-p', '1', String(process.pid)], { stdio: 'ignore' })
  } catch {
    console.warn('no right to a real-time class (CAP_SYS_NICE): FreeSWITCH is measured with what class it has')
  }
}

/** A city of one queue, whose callers come to a person without a menu as those of the others do. */
function writeCity(folder: string): Record<string, string> {
  const menusDir = join(folder, 'menus')
  mkdirSync(menusDir)
  const line = `"${numbers.ours}": { front: direct, language: cmn, greeting: [], person: { queue: general } }`
  writeFileSync(join(menusDir, 'main.yaml'), `default-line: "${numbers.ours}"\nlines:\n  ${line}\nmenus: {}\n`)
  const city = join(folder, 'city.yaml')
  const defaults = '{ answerWithin: 15, announceEvery: 20, ringFor: 8, wrapUp: 0, maxWait: 3600, afterMaxWait: keep }'
  writeFileSync(city, `name: bench\ndefaults: ${defaults}\nqueues:\n  general: { skills: [] }\n`)
  return { CITY: city, MENUS_DIR: menusDir }
}
