import {
  Monitor,
  type MonitorMode,
  MonitorRefused,
  type MonitorRequest,
  NotMonitored,
  SupervisorBusy,
} from '../monitor/index.ts'
import type { LegId, SwitchPort } from '../switch/index.ts'
import type { Call, CallPartner } from './call.ts'
import type { CallContext } from './call-context.ts'
import { Leg } from './leg.ts'

export interface MonitorsOptions {
  readonly call: Call
  readonly switchPort: SwitchPort
  readonly context: CallContext
  readonly ownLeg: (legId: LegId) => void
  readonly drop: (legId: LegId, cause: string) => void
  /** Throws when the talk is none that can be taken over now. */
  readonly checkTakeOver: () => void
  /** Readies the talk for another agent; throws when a third party takes part. Returns what undoes it. */
  readonly prepareTakeOver: () => Promise<() => Promise<void>>
  /** The supervisor is the call's agent from here on, and the agent before is out. */
  readonly onTakenOver: (partner: CallPartner & { readonly agentId: string }, before: CallPartner) => void
}

/** The supervisors who listen to one call, at most once each. */
export class Monitors {
  readonly #options: MonitorsOptions
  readonly #byAgent = new Map<string, { readonly monitor: Monitor; readonly leg: Leg; readonly on: CallPartner }>()

  constructor(options: MonitorsOptions) {
    this.#options = options
  }

  all(): Monitor[] {
    return [...this.#byAgent.values()].map(({ monitor }) => monitor)
  }

  /** Begins to listen, or changes how. Resolves when the supervisor's phone rings. */
  async listen(request: MonitorRequest, mode: MonitorMode): Promise<Monitor> {
    const known = this.#byAgent.get(request.agentId)?.monitor
    if (!known) return this.#begin(request, mode, () => {})
    await known.change(mode, request.by)
    return known
  }

  /** The supervisor becomes the call's agent: at once when listening already, otherwise once the phone is answered. */
  async takeOver(request: MonitorRequest): Promise<Monitor> {
    this.#options.checkTakeOver()
    const known = this.#byAgent.get(request.agentId)?.monitor
    const take = () => this.#takeOver(request)
    if (!known) return this.#begin(request, 'listen', () => void take().catch((error) => this.#complain(error)))
    await take()
    return known
  }

  /** Throws NotMonitored. */
  stop(agentId: string, by: string): void {
    const known = this.#byAgent.get(agentId)
    if (!known) throw new NotMonitored(`${agentId} does not monitor call ${this.#options.call.callId}`)
    known.monitor.stop(`stopped by ${by}`)
  }

  ringing(legId: LegId, at: number): void {
    const known = this.#of(legId)
    if (!known) return
    known.leg.ringingAt ??= at
    known.monitor.ringing()
  }

  /** Whether the leg was a supervisor's who only listened. */
  legEnded(legId: LegId): boolean {
    const known = this.#of(legId)
    known?.monitor.legEnded()
    return known !== undefined
  }

  /** The call is over. */
  close(): void {
    for (const monitor of this.all()) monitor.stop('call is over')
  }

  #of(legId: LegId) {
    return [...this.#byAgent.values()].find(({ monitor }) => monitor.legId === legId)
  }

  async #begin(request: MonitorRequest, mode: MonitorMode, onAnswered: () => void): Promise<Monitor> {
    const { call, switchPort, context, ownLeg, drop } = this.#options
    const { agentId } = request
    const on = this.#talkingAgent(agentId)
    if (!context.roster.monitor(agentId, call.callId)) {
      throw new SupervisorBusy(`${agentId} is ${context.roster.get(agentId).state}`)
    }
    const { callerNumber, callerName } = call.identity
    const monitor: Monitor = new Monitor({
      callId: call.callId,
      monitored: on.agentId,
      monitoredLegId: on.leg.legId,
      request,
      mode,
      callerNumber,
      callerName,
      switchPort,
      log: context.log,
      logger: context.logger,
      owner: {
        legBegins: (legId) => {
          const leg = new Leg({ legId, role: 'supervisor', createdAt: context.clock.now() })
          call.legs.push(leg)
          this.#byAgent.set(agentId, { monitor, leg, on })
          ownLeg(legId)
        },
        drop,
        agentIsThere: () => call.state === 'talking' && call.partner?.leg === on.leg && on.leg.endedAt === null,
        onOver: () => {
          this.#byAgent.delete(agentId)
          context.roster.monitorEnded(agentId, call.callId)
        },
      },
    })
    await monitor.start(onAnswered)
    return monitor
  }

  #talkingAgent(supervisorId: string): CallPartner & { readonly agentId: string } {
    const { state, partner, callId } = this.#options.call
    if (state !== 'talking' || partner?.agentId == null) {
      throw new MonitorRefused(`call ${callId} is ${state}: no agent of ours talks`)
    }
    if (partner.agentId === supervisorId) throw new MonitorRefused(`${supervisorId} is the agent of this call`)
    return { agentId: partner.agentId, leg: partner.leg }
  }

  /** First the sound, then the books: a bridge that fails leaves everybody where they were. */
  async #takeOver({ agentId, by }: MonitorRequest): Promise<void> {
    const { call, switchPort, context, prepareTakeOver, onTakenOver } = this.#options
    const known = this.#byAgent.get(agentId)
    if (known?.monitor.state !== 'attached') throw new MonitorRefused(`the phone of ${agentId} has not answered yet`)
    const undo = await prepareTakeOver()
    const { monitor, leg, on } = known
    if (!monitor.claim()) throw new MonitorRefused(`${agentId} listens no more`)
    try {
      await switchPort.bridge(call.callerLeg.legId, leg.legId)
    } catch (error) {
      monitor.claimed(false)
      await Promise.all([undo(), monitor.reattach()])
      throw error
    }
    if (call.state !== 'talking' || monitor.state !== 'takingOver') return
    this.#byAgent.delete(agentId)
    monitor.claimed(true)
    const fact = { callId: call.callId, agentId, legId: leg.legId, from: on.agentId ?? '', by }
    context.log.append('call.taken-over', fact)
    context.roster.tookOver(agentId, call.callId)
    onTakenOver({ agentId, leg }, on)
  }

  #complain(error: unknown): void {
    const { context, call } = this.#options
    context.logger.warn({ err: error, callId: call.callId }, 'a call could not be taken over, the supervisor listens')
  }
}
