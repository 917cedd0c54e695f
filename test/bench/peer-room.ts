import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Child } from '../../scripts/launch/child.ts'
import { createSoftphones, type Phone, type Softphones } from '../../src/embedded/softphone/index.ts'
import { createLogger, projectRoot } from '../../src/kernel/index.ts'
import { DaemonRoom } from './daemon-room.ts'
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
  readonly #daemons: DaemonRoom
  #nullClient: Child | undefined

  private constructor({ phones, agents, daemons }: { phones: Softphones; agents: Phone[]; daemons: DaemonRoom }) {
    this.phones = phones
    this.agents = agents
    this.#daemons = daemons
  }

  /** Real daemons, as mod_callcenter lives in one; throws when they are not on the machine. Nobody is begun yet. */
  static async start({ agents: count }: { agents: number }): Promise<PeerRoom> {
    runAsFreeSwitchDoes()
    const daemons = await DaemonRoom.start({
      agents: count,
      firstAgent: 8001,
      configure: (place) => ({
        dialplansDir: writePeerConfig(place),
        env: { HOTLINE_NUMBERS: Object.values(numbers).join(), ...writeCity(place.folder) },
      }),
    })
    const phones = await createSoftphones({ logger: createLogger({ name: 'bench', level: 'silent' }) })
    const registrar = { host: '127.0.0.1', port: daemons.stack.ports.sip }
    const agents: Phone[] = []
    for (const agentId of daemons.agentIds) {
      const password = `phone-of-${agentId}`
      await daemons.admin.createAgent({ agentId, name: agentId, wrapUpSeconds: 0, phonePassword: password })
      const onCall = { kind: 'answer', afterMs: 0 } as const
      const phone = phones.phone({ user: agentId, password, registrar, transport: 'udp', onCall })
      await phone.register({ expires: 3600 })
      agents.push(phone)
    }
    await daemons.stack.child('hotline').stop()
    return new PeerRoom({ phones, agents, daemons })
  }

  readonly contestants = {
    ours: {
      name: 'ours',
      number: numbers.ours,
      begin: () => this.#daemons.begin(),
      end: () => this.#daemons.end(),
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
    const registrar = { host: '127.0.0.1', port: this.#daemons.stack.ports.sip }
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
    await this.#daemons.close()
  }

  async #beginNull(): Promise<void> {
    const { ports, secrets, logDir } = this.#daemons.stack
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
