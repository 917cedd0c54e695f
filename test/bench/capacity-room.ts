import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HotlineClient } from '../../scripts/client/hotline-client.ts'
import { findDrachtio, findFreeSwitch } from '../../scripts/launch/real-daemons.ts'
import { freePorts, type Stack, startStack } from '../../scripts/launch/stack.ts'
import { SippRoom } from '../sipp/sipp-room.ts'
import { type Sipp, startSipp } from '../support/sipp.ts'
import { until } from '../support/until.ts'
import { LoadWatch } from './load-watch.ts'
import { numbers, writeBareConfig } from './peer-switch.ts'

/** What became of the calls of a step. */
export interface Served {
  readonly calls: number
  readonly failed: number
  /** How much longer than it should all took, e.g. `4.2 s`; undefined when nobody waited. */
  readonly late: string | undefined
  /** Most calls that were there at once, by how long they took. */
  readonly talking: number
  readonly generatorShare: number
}

/** Milliseconds of a talk, by the agent's phone. */
const talk = 2000
/** Milliseconds a call may take besides, with answer, key, offer and both ends. */
const besides = 2500
const patience = 30_000

/** One drachtio-server and one FreeSWITCH in which the hotline or a bare dialplan serves what SIPp calls. */
export class CapacityRoom {
  readonly #stack: Stack
  readonly #admin: HotlineClient
  readonly #room: SippRoom
  readonly #agents: Sipp
  readonly #folder: string
  #number: string = numbers.ours

  private constructor(parts: { stack: Stack; admin: HotlineClient; room: SippRoom; agents: Sipp; folder: string }) {
    this.#stack = parts.stack
    this.#admin = parts.admin
    this.#room = parts.room
    this.#agents = parts.agents
    this.#folder = parts.folder
  }

  /** Throws when the daemons are not on the machine. Nobody serves yet. */
  static async start({ agents: count }: { agents: number }): Promise<CapacityRoom> {
    if (!findFreeSwitch()) throw new Error('FreeSWITCH is not on this machine')
    if (!findDrachtio()) throw new Error('drachtio-server is not on this machine')
    const folder = mkdtempSync(join(tmpdir(), 'yihao-capacity-'))
    chmodSync(folder, 0o711)
    const ports = await freePorts()
    const agentIds = Array.from({ length: count }, (_, at) => String(3001 + at))
    const [agentId = ''] = agentIds
    const stack = await startStack({
      stateDir: join(folder, 'state'),
      ports,
      sipServer: 'drachtio',
      mediaSwitch: 'freeswitch',
      temporary: true,
      dialplansDir: writeBareConfig({ folder, agentId, edge: `127.0.0.1:${ports.sip}` }),
      env: {
        DRAIN_SECONDS: '0',
        HOTLINE_NUMBERS: `${numbers.ours},${numbers.bare}`,
        CALLS_PER_SOURCE: '1000',
        CALLS_PER_SECOND: '1000',
      },
    })
    const url = `http://127.0.0.1:${ports.http}`
    const admin = await HotlineClient.login(url, { username: 'admin', password: stack.adminPassword ?? '' })
    const room = new SippRoom({ stack, admin })
    const agents = await room.agents({
      agentIds,
      scenario: 'agent-hangs-up',
      wrapUpSeconds: 0,
      receiveWithinMs: talk,
      timeoutMs: 3_600_000,
    })
    await stack.child('hotline').stop()
    return new CapacityRoom({ stack, admin, room, agents, folder })
  }

  /** The hotline is there for its own calls alone: it would take those of the dialplan for its own. */
  async begin(who: 'ours' | 'bare'): Promise<void> {
    this.#number = numbers[who]
    if (who === 'bare') return
    await this.#stack.restart('hotline')
    const agents = await this.#admin.get<{ agentId: string; state: string }[]>('/agents')
    for (const { agentId, state } of agents) {
      if (state === 'offline') await this.#admin.makeReady(agentId)
      else if (state !== 'ready') await this.#admin.post(`/agents/${agentId}/ready`)
    }
  }

  async end(who: 'ours' | 'bare'): Promise<void> {
    if (who === 'bare') return
    await until(async () => (await this.#admin.get<object[]>('/calls')).length === 0, 'no call is left', patience)
    await this.#stack.child('hotline').stop()
  }

  async serve({ rate, calls }: { rate: number; calls: number }): Promise<Served> {
    const begun = performance.now()
    const callers = await startSipp({
      scenario: 'caller-waits-for-release',
      target: { host: '127.0.0.1', port: this.#stack.ports.sip },
      service: this.#number,
      keys: { caller: '1500000' },
      calls,
      rate,
      receiveWithinMs: patience,
      timeoutMs: (calls / rate) * 1000 + 2 * patience,
      args: ['-l', String(calls)],
    })
    const watch = new LoadWatch([callers.pid, this.#agents.pid])
    let generatorShare = 0
    const looks = setInterval(() => {
      generatorShare = watch.verdict.generatorShare
    }, 250)
    const placing = (calls / rate) * 1000
    const { failed, successful } = await callers.finished.finally(() => clearInterval(looks))
    const took = performance.now() - begun
    const over = took - placing - talk - besides
    return {
      calls,
      failed: failed + (calls - failed - successful),
      late: over > 0 ? `${(over / 1000).toFixed(1)} s` : undefined,
      talking: Math.round((rate * (took - placing)) / 1000),
      generatorShare,
    }
  }

  async close(): Promise<void> {
    await this.#room.phonesOff()
    await this.#stack.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
