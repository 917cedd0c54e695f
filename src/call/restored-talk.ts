import { messageOf } from '../kernel/index.ts'
import type { LegId } from '../switch/index.ts'
import type { CallNeed } from './call.ts'
import type { CallParts } from './call-parts.ts'
import { Leg } from './leg.ts'
import type { RestoredTalkStage } from './talk-stage-options.ts'
import type { Talking } from './talking.ts'

/** Whom the caller of an earlier process's call talks to. */
export interface TalkingParties {
  readonly agentId: string | null
  readonly legId: LegId
  readonly together: boolean
  /** A hold, or a third party under way. */
  readonly talk: RestoredTalkStage | undefined
}

export interface RestoredTalkOptions extends CallParts {
  readonly talking: Talking
  readonly parties: TalkingParties
  readonly need: CallNeed | undefined
  /** Milliseconds since the epoch. */
  readonly answeredAt: number
}

/**
 * A call of an earlier process whose parties talk: they go on where they were. Parties who were apart, and not by a hold or
 * for a third party, are brought together.
 */
export function resumeTalking({ talking, parties, need, answeredAt, ...parts }: RestoredTalkOptions): void {
  const { call, switchPort, context, ownLeg } = parts
  const { agentId, legId, together, talk } = parties
  const leg = new Leg({ legId, role: agentId === null ? 'third' : 'agent', createdAt: answeredAt })
  leg.answeredAt = answeredAt
  call.legs.push(leg)
  call.need = need
  call.partner = { agentId, leg }
  call.answeredAt = answeredAt
  call.bridgedAt = answeredAt
  call.restore('talking')
  ownLeg(legId)
  context.recorder.adopt(call.callId, switchPort)
  if (agentId !== null) talking.begin({ agentId, leg })
  if (talking.stage && talk) return talking.stage.restore(talk)
  if (together) return
  switchPort.bridge(call.callerLeg.legId, legId).catch((error: unknown) => {
    context.logger.warn({ callId: call.callId, reason: messageOf(error) }, 'the call waits for its switch')
  })
}
