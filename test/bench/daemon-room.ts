import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HotlineClient } from '../../scripts/client/hotline-client.ts'
import { findDrachtio } from '../../scripts/launch/drachtio.ts'
import { freePorts } from '../../scripts/launch/free-ports.ts'
import { findFreeSwitch } from '../../scripts/launch/freeswitch.ts'
import { type Stack, startStack } from '../../scripts/launch/stack.ts'
import { until } from '../support/until.ts'

export interface DaemonRoomOptions {
  readonly agents: number
  /** Numbers of agents begin here. */
  readonly firstAgent: number
  /** Writes the switch's configuration into the folder, with what is to be measured beside the hotline. */
  readonly configure: (place: { folder: string; agentIds: readonly string[]; edge: string }) => {
    dialplansDir: string
    env: Readonly<Record<string, string>>
  }
}

/** One drachtio-server and one FreeSWITCH, in which others serve beside the hotline: never both at a time. */
export class DaemonRoom {
  readonly stack: Stack
  readonly admin: HotlineClient
  readonly agentIds: readonly string[]
  readonly #folder: string

  private constructor(parts: { stack: Stack; admin: HotlineClient; agentIds: readonly string[]; folder: string }) {
    this.stack = parts.stack
    this.admin = parts.admin
    this.agentIds = parts.agentIds
    this.#folder = parts.folder
  }

  /** The hotline runs, so that agents can be made. Throws when the daemons are not on the machine. */
  static async start({ agents, firstAgent, configure }: DaemonRoomOptions): Promise<DaemonRoom> {
    if (!findFreeSwitch()) throw new Error('FreeSWITCH is not on this machine')
    if (!findDrachtio()) throw new Error('drachtio-server is not on this machine')
    const folder = mkdtempSync(join(tmpdir(), 'yihao-bench-'))
    chmodSync(folder, 0o711)
    const ports = await freePorts()
    const agentIds = Array.from({ length: agents }, (_, at) => String(firstAgent + at))
    const { dialplansDir, env } = configure({ folder, agentIds, edge: `127.0.0.1:${ports.sip}` })
    const stack = await startStack({
      stateDir: join(folder, 'state'),
      ports,
      sipServer: 'drachtio',
      mediaSwitch: 'freeswitch',
      temporary: true,
      dialplansDir,
      env: { DRAIN_SECONDS: '0', ...env },
    })
    const url = `http://127.0.0.1:${ports.http}`
    const admin = await HotlineClient.login(url, { username: 'admin', password: stack.adminPassword ?? '' })
    return new DaemonRoom({ stack, admin, agentIds, folder })
  }

  /** The hotline serves, and all agents are ready. It would take the calls of the others for its own. */
  async begin(): Promise<void> {
    await this.stack.restart('hotline')
    const agents = await this.admin.get<{ agentId: string; state: string }[]>('/agents')
    for (const { agentId, state } of agents) {
      if (state === 'offline') await this.admin.makeReady(agentId)
      else if (state !== 'ready') await this.admin.post(`/agents/${agentId}/ready`)
    }
  }

  /** The hotline is away, when its last call is over. */
  async end(): Promise<void> {
    const isEmpty = async () => (await this.admin.get<object[]>('/calls')).length === 0
    await until(isEmpty, 'no call is left', 30_000)
    await this.stack.child('hotline').stop()
  }

  async close(): Promise<void> {
    await this.stack.stop()
    if (process.env['YIHAO_KEEP']) console.log(`logs: ${this.#folder}`)
    else rmSync(this.#folder, { recursive: true, force: true })
  }
}
