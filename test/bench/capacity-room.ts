import { SippRoom } from '../sipp/sipp-room.ts'
import { type Sipp, startSipp } from '../support/sipp.ts'
import { DaemonRoom } from './daemon-room.ts'
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

/** The hotline or a bare dialplan serves what SIPp calls. */
export class CapacityRoom {
  readonly #daemons: DaemonRoom
  readonly #room: SippRoom
  readonly #agents: Sipp
  /** Who serves. */
  who: 'ours' | 'bare' = 'ours'

  private constructor({ daemons, room, agents }: { daemons: DaemonRoom; room: SippRoom; agents: Sipp }) {
    this.#daemons = daemons
    this.#room = room
    this.#agents = agents
  }

  /** Throws when the daemons are not on the machine. Nobody serves yet. */
  static async start({ agents: count }: { agents: number }): Promise<CapacityRoom> {
    const daemons = await DaemonRoom.start({
      agents: count,
      firstAgent: 3001,
      configure: ({ folder, agentIds: [agentId = ''], edge }) => ({
        dialplansDir: writeBareConfig({ folder, agentId, edge }),
        env: {
          HOTLINE_NUMBERS: `${numbers.ours},${numbers.bare}`,
          CALLS_PER_SOURCE: '1000',
          CALLS_PER_SECOND: '1000',
        },
      }),
    })
    const room = new SippRoom(daemons)
    const agents = await room.agents({
      agentIds: daemons.agentIds,
      scenario: 'agent-hangs-up',
      wrapUpSeconds: 0,
      receiveWithinMs: talk,
      timeoutMs: 3_600_000,
    })
    await daemons.stack.child('hotline').stop()
    return new CapacityRoom({ daemons, room, agents })
  }

  async begin(who: 'ours' | 'bare'): Promise<void> {
    this.who = who
    if (who === 'ours') await this.#daemons.begin()
  }

  async end(who: 'ours' | 'bare'): Promise<void> {
    if (who === 'ours') await this.#daemons.end()
  }

  async serve({ rate, calls }: { rate: number; calls: number }): Promise<Served> {
    const begun = performance.now()
    const callers = await startSipp({
      scenario: 'caller-waits-for-release',
      target: { host: '127.0.0.1', port: this.#daemons.stack.ports.sip },
      service: numbers[this.who],
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
    await this.#daemons.close()
  }
}
