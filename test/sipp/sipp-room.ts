import type { HotlineClient } from '../../scripts/client/hotline-client.ts'
import { freePort } from '../../scripts/launch/free-port.ts'
import { runSipp, type Sipp, type SippOptions, type SippResult, startSipp } from '../support/sipp.ts'

export interface SippAgents {
  readonly agentIds: readonly string[]
  /** What their phones do when they are called. */
  readonly scenario: string
  readonly wrapUpSeconds?: number
  /** See SippOptions. */
  readonly receiveWithinMs?: number
  readonly timeoutMs?: number
  readonly sound?: boolean
}

/** What callers and agents need of a centre. */
export interface SippCentre {
  readonly stack: { readonly ports: { readonly sip: number } }
  readonly admin: Pick<HotlineClient, 'createAgent' | 'makeReady'>
}

/** A centre whose callers and agents are all played by SIPp. */
export class SippRoom {
  readonly #centre: SippCentre
  readonly #phones: Sipp[] = []
  #callers = 150

  constructor(centre: SippCentre) {
    this.#centre = centre
  }

  /** Agents with registered phones, ready to be offered calls. */
  async agents({
    agentIds,
    scenario,
    wrapUpSeconds = 1,
    receiveWithinMs,
    timeoutMs = 120_000,
    sound = false,
  }: SippAgents): Promise<Sipp> {
    const port = await freePort()
    for (const agentId of agentIds) {
      const phonePassword = passwordOf(agentId)
      await this.#centre.admin.createAgent({ agentId, name: `Agent ${agentId}`, wrapUpSeconds, phonePassword })
    }
    await this.#register(agentIds, port)
    const phones = await startSipp({
      scenario,
      port,
      timeoutMs,
      sound,
      ...(receiveWithinMs === undefined ? {} : { receiveWithinMs }),
    })
    this.#phones.push(phones)
    for (const agentId of agentIds) await this.#centre.admin.makeReady(agentId)
    return phones
  }

  /** Calls 12345; the callers' numbers begin with `caller` and end with 1, 2, 3 … */
  call(options: Omit<SippOptions, 'target' | 'service'>): { caller: string; result: Promise<SippResult> } {
    this.#callers += 1
    const caller = `${this.#callers}0000`
    const result = runSipp({
      calls: 1,
      ...options,
      target: { host: '127.0.0.1', port: this.#centre.stack.ports.sip },
      service: '12345',
      keys: { caller },
    })
    return { caller, result }
  }

  /** The phones of all agents are switched off; tells how the calls to them went. */
  async phonesOff(): Promise<SippResult[]> {
    return Promise.all(this.#phones.splice(0).map((phones) => phones.stop()))
  }

  async #register(agentIds: readonly string[], port: number): Promise<void> {
    const registered = await runSipp({
      scenario: 'agent-registers',
      target: { host: '127.0.0.1', port: this.#centre.stack.ports.sip },
      port,
      calls: agentIds.length,
      lines: agentIds.map((agentId) => [
        agentId,
        `[authentication username=${agentId} password=${passwordOf(agentId)}]`,
      ]),
    })
    if (registered.successful !== agentIds.length) throw new Error(`agents could not register: ${registered.output}`)
  }
}

const passwordOf = (agentId: string) => `phone-of-${agentId}`
