import type { EventData } from '../events/index.ts'
import type { HangupCause } from '../switch/switch-port.ts'
import type { EmergencyMode } from './emergency.ts'
import type { TalkOptions } from './talk-options.ts'
import type { Target, ThirdParty } from './target.ts'

/** What of a talk is written in the log. */
export class TalkFacts {
  readonly #log: TalkOptions['log']
  readonly #talk: { readonly callId: string; readonly agentId: string }
  readonly #callerNumber: string

  constructor({ log, callId, agentId, callerNumber }: TalkOptions) {
    this.#log = log
    this.#talk = { callId, agentId }
    this.#callerNumber = callerNumber
  }

  hold(type: 'call.held' | 'call.retrieved'): void {
    this.#log.append(type, this.#talk)
  }

  advised(target: string): void {
    this.#log.append('call.advised', { ...this.#talk, target })
  }

  started({ legId, target }: ThirdParty, purpose: EventData<'call.consultation-started'>['purpose']): void {
    this.#log.append('call.consultation-started', { ...this.#talk, legId, ...named(target), purpose })
  }

  failed(
    { legId, target }: ThirdParty,
    how: Pick<EventData<'call.consultation-failed'>, 'outcome' | 'sipStatus'> & { readonly cause: HangupCause },
  ): void {
    this.#log.append('call.consultation-failed', { ...this.#talk, legId, ...named(target), ...how })
  }

  third(type: 'call.consulted' | 'call.conferenced' | 'call.transferred', { legId, target }: ThirdParty): void {
    this.#log.append(type, { ...this.#talk, legId, ...named(target) })
  }

  /** The citizen is back with the agent. */
  returned(reason: string): void {
    this.#log.append('call.returned', { ...this.#talk, reason })
  }

  emergencyStarted({ legId, target }: ThirdParty, { mode, by }: { mode: EmergencyMode; by: string }): void {
    const fact = { legId, service: target.name, mode, callerNumber: this.#callerNumber, by }
    this.#log.append('call.emergency-started', { ...this.#talk, ...fact })
  }

  emergencyConnected({ legId, target }: ThirdParty, mode: EmergencyMode): void {
    this.#log.append('call.emergency-connected', { ...this.#talk, legId, service: target.name, mode })
  }

  emergencyReturned(service: string, reason: string): void {
    this.#log.append('call.emergency-returned', { ...this.#talk, service, reason })
  }
}

function named({ name, agentId }: Target): { target: string; colleague?: string } {
  return { target: name, ...(agentId === undefined ? {} : { colleague: agentId }) }
}
