import { type Clock, type Logger, messageOf, newId } from '../kernel/index.ts'
import {
  type ChannelSnapshot,
  type LegId,
  type OfferedLeg,
  type SwitchEvent,
  type SwitchPort,
  SwitchUnavailable,
} from '../switch/index.ts'
import { Call } from './call.ts'
import type { CallContext } from './call-context.ts'
import { CallFlow, type CallFlowOwner } from './call-flow.ts'
import type { OpenCall } from './call-store.ts'
import { DoomedLegs } from './doomed-legs.ts'
import type { OutboundRequest } from './outbound-flow.ts'
import { Restoration } from './restoration.ts'

export interface CallSupervisorOptions {
  readonly switches: readonly SwitchPort[]
  readonly context: CallContext
  readonly clock: Clock
  readonly logger: Logger
  /** Calls the log holds open from an earlier process. */
  readonly openCalls: readonly OpenCall[]
  /** The agent of an open call that ended while nobody looked. */
  readonly onOrphanedAgent: (agentId: string, callId: string) => void
}

/** Milliseconds: how young a channel may be to be still on its way to us, or not yet in the switch's list. */
const settling = 5000
/** Milliseconds by which the switch's list may lag behind its events; 280 were measured on FreeSWITCH 1.10. */
const listLag = 1000

/** All calls of this process: gives the switches' events to the flows, and reconciles flows with channels. */
export class CallSupervisor {
  readonly #options: CallSupervisorOptions
  readonly #owner: CallFlowOwner
  readonly #flows = new Map<string, CallFlow>()
  readonly #byLeg = new Map<LegId, CallFlow>()
  readonly #doomed: DoomedLegs
  /** Calls of an earlier process. */
  readonly #restoration: Restoration
  /** Calls whose switch is away. */
  readonly #suspended = new Map<SwitchPort, readonly CallFlow[]>()
  #draining = false

  constructor(options: CallSupervisorOptions) {
    this.#options = options
    this.#doomed = new DoomedLegs({ ...options, onForgotten: (legId) => this.#byLeg.delete(legId) })
    this.#owner = {
      ownLeg: (legId, flow) => this.#byLeg.set(legId, flow),
      doom: (legId) => this.#doomed.add(legId),
      onClosed: (flow) => this.#flows.delete(flow.call.callId),
    }
    this.#restoration = new Restoration({
      ...options,
      newFlow: (call, switchPort) => this.#newFlow(call, switchPort),
      run: (flow, work) => this.#run(flow, work),
    })
    for (const switchPort of options.switches) {
      switchPort.onEvent((event) => this.#onEvent(switchPort, event))
    }
  }

  start(): void {
    for (const switchPort of this.#options.switches) switchPort.start()
  }

  calls(): Call[] {
    return [...this.#flows.values()].map(({ call }) => call).filter(({ state }) => state !== 'released')
  }

  /** Legs that ring or talk at a branch now. */
  legsTo(branch: string): number {
    const legs = [...this.#flows.values()].flatMap(({ call }) => call.legs)
    return legs.filter(({ target, endedAt }) => target === branch && endedAt === null).length
  }

  flow(callId: string): CallFlow | undefined {
    return this.#flows.get(callId)
  }

  /** Places a call out for an agent who is claimed for it. Throws {@link SwitchUnavailable}. */
  place(request: OutboundRequest): CallFlow {
    const switchPort = this.#options.switches.find(({ connected }) => connected)
    if (!switchPort || this.#draining) throw new SwitchUnavailable('no switch takes a call now')
    const { callId, line, citizen } = request
    const identity = { callId, line, callerNumber: citizen.name, callerName: '', sipCallId: '' }
    const offeredAt = this.#options.clock.now()
    const call = new Call({ identity, legId: newId(), offeredAt, direction: 'outbound' })
    const flow = this.#newFlow(call, switchPort)
    flow.place(request)
    return flow
  }

  /** From now on arriving calls are left to the dialplan, or to the process that follows us. */
  drain(): void {
    this.#draining = true
  }

  async close(): Promise<void> {
    this.#doomed.close()
    for (const switchPort of this.#options.switches) await switchPort.close()
  }

  #newFlow(call: Call, switchPort: SwitchPort): CallFlow {
    const flow = new CallFlow({ call, switchPort, context: this.#options.context, owner: this.#owner })
    this.#flows.set(call.callId, flow)
    return flow
  }

  #onEvent(switchPort: SwitchPort, event: SwitchEvent): void {
    switch (event.type) {
      case 'switch.connected':
        this.#reconcile(switchPort, event.channels, event.at)
        return this.#recover(switchPort, event.channels, event.at)
      case 'switch.listed':
        return this.#reconcile(switchPort, event.channels, event.at)
      case 'switch.lost':
        return this.#suspend(switchPort)
      case 'leg.offered':
        return this.#legOffered(switchPort, event.leg, event.at)
      default:
        return this.#legEvent(switchPort, event)
    }
  }

  #legEvent(switchPort: SwitchPort, event: Exclude<SwitchEvent, { type: `switch.${string}` | 'leg.offered' }>): void {
    const { legId, at } = event
    if (this.#doomed.has(legId)) return this.#doomedLegEvent(switchPort, event)
    const flow = this.#byLeg.get(legId)
    if (!flow) return
    switch (event.type) {
      case 'leg.ringing':
        return flow.legs.ringing(legId, at)
      case 'leg.answered':
        return flow.legs.answered(legId, at)
      case 'leg.bridged':
        return flow.legs.bridged(at)
      case 'leg.held':
      case 'leg.retrieved':
        return flow.legs.held(legId, at, event.type === 'leg.held')
      case 'leg.referred':
        return flow.legs.referred(legId, event.target)
      case 'leg.digit':
        return flow.legs.digit(event.digit)
      case 'leg.played':
        return flow.legs.played(legId, event.playbackId)
      case 'leg.recorded':
        return flow.legs.recorded(event.recordingId, event.recordedMs)
      case 'leg.unbridged':
      case 'leg.parked':
        return
      case 'leg.ended':
        this.#byLeg.delete(legId)
        return flow.legs.ended(legId, event)
    }
  }

  /** A leg we gave up shows itself after all: a CANCEL that crossed an answer, a phone dialled too late. */
  #doomedLegEvent(switchPort: SwitchPort, event: SwitchEvent & { legId: LegId; at: number }): void {
    const { legId } = event
    if (event.type === 'leg.ended') {
      this.#doomed.ended(legId)
      this.#byLeg.get(legId)?.legs.ended(legId, event)
      this.#byLeg.delete(legId)
      return
    }
    if (event.type === 'leg.ringing' || event.type === 'leg.answered') this.#doomed.hangUp(switchPort, legId)
  }

  #legOffered(switchPort: SwitchPort, leg: OfferedLeg, at: number, adopted = false): void {
    this.#byLeg.get(leg.legId)?.legs.parked(leg.legId)
    // A leg is parked again after every bridge and transfer; only an unknown one is a new call.
    if (this.#byLeg.has(leg.legId) || this.#doomed.has(leg.legId) || this.#draining) return
    if (this.#restoration.awaits(leg.legId)) return
    const { calledNumber, callerNumber, callerName, sipCallId } = leg
    const identity = { callId: newId(), line: calledNumber, callerNumber, callerName, sipCallId }
    const call = new Call({ identity, legId: leg.legId, offeredAt: leg.createdAt || at })
    const flow = this.#newFlow(call, switchPort)
    const { callId } = identity
    const fact = { callId, line: calledNumber, switch: switchPort.name, legId: leg.legId, callerNumber, callerName }
    this.#options.context.log.append('call.offered', { ...fact, sipCallId, adopted }, call.offeredAt)
    this.#run(flow, flow.begin({ adopted }))
  }

  /** Makes our picture fit the switch's list of channels; runs after every (re)connect and now and then. */
  #reconcile(switchPort: SwitchPort, channels: readonly ChannelSnapshot[], at: number): void {
    const present = new Map(channels.map((channel) => [channel.legId, channel]))
    for (const flow of this.#flowsOf(switchPort)) this.#endMissingLegs(flow, present, at)
    this.#restoration.restore(switchPort, present, at)
    for (const channel of channels) this.#adoptOrEnd(switchPort, channel, at)
  }

  #suspend(switchPort: SwitchPort): void {
    const flows = this.#flowsOf(switchPort)
    for (const flow of flows) flow.suspend()
    this.#suspended.set(switchPort, flows)
  }

  /** Calls that were under way before the connection broke; those reconciled just now are under way anew. */
  #recover(switchPort: SwitchPort, channels: readonly ChannelSnapshot[], at: number): void {
    const present = new Map(channels.map((channel) => [channel.legId, channel]))
    for (const flow of this.#suspended.get(switchPort) ?? []) flow.recover(present, at)
    this.#suspended.delete(switchPort)
  }

  #flowsOf(switchPort: SwitchPort): CallFlow[] {
    return [...this.#flows.values()].filter((flow) => flow.switchPort === switchPort)
  }

  #endMissingLegs(flow: CallFlow, present: ReadonlyMap<LegId, ChannelSnapshot>, at: number): void {
    const gone = { at, cause: 'NORMAL_UNSPECIFIED', sipStatus: 0 }
    for (const leg of flow.call.legs) {
      // The switch writes its list late, and a phone that is dialled is no channel yet.
      const ours = leg.role !== 'caller' || flow.call.direction === 'outbound'
      const dialled = ours && leg.answeredAt === null
      const young = at - leg.createdAt < (dialled ? settling : listLag)
      if (leg.endedAt === null && !young && !present.has(leg.legId)) {
        this.#byLeg.delete(leg.legId)
        flow.legs.ended(leg.legId, gone)
      }
    }
  }

  #adoptOrEnd(switchPort: SwitchPort, channel: ChannelSnapshot, at: number): void {
    const { legId } = channel
    if (this.#byLeg.has(legId)) return
    if (this.#doomed.has(legId)) return this.#doomed.hangUp(switchPort, legId)
    if (at - channel.createdAt < settling && channel.direction === 'outbound') return
    if (channel.direction === 'outbound') {
      this.#options.logger.warn({ legId }, 'an outgoing leg that belongs to no call is ended')
      this.#doomed.add(legId)
      return this.#doomed.hangUp(switchPort, legId)
    }
    this.#legOffered(switchPort, { ...channel, sipCallId: '' }, at, true)
  }

  #run(flow: CallFlow, work: Promise<void>): void {
    work.catch((error: unknown) => {
      const { callId } = flow.call
      this.#options.logger.warn({ callId, reason: messageOf(error) }, 'a call could not be taken on, it is tried again')
      // A switch that is gone is reconciled when it is back; a leg that is gone has told so by its own event.
    })
  }
}
