import { messageOf } from '../kernel/index.ts'
import type { ChannelSnapshot, LegId } from '../switch/index.ts'
import type { CallParts } from './call-parts.ts'
import type { CallStages } from './call-stages.ts'

export interface RecoveryOptions extends Pick<CallParts, 'call' | 'context' | 'sound' | 'release'> {
  readonly stages: CallStages
  readonly onAnswered: (legId: LegId, at: number) => void
  readonly onBridged: (at: number) => void
}

/** The switch was away and is back: what happened meanwhile is seen from its channels, and what was said is said again. */
export function recover(
  { call, context, sound, release, stages, onAnswered, onBridged }: RecoveryOptions,
  channels: ReadonlyMap<LegId, ChannelSnapshot>,
  at: number,
): void {
  const answered = (legId: LegId | undefined) => legId !== undefined && channels.get(legId)?.answered === true
  const agentLegId = call.partner?.leg.legId
  switch (call.state) {
    case 'arriving':
      stages.arrival.begin({ adopted: true }).catch((error: unknown) => {
        context.logger.warn({ callId: call.callId, reason: messageOf(error) }, 'the call waits for its switch')
      })
      return
    case 'menu':
      sound.renew()
      return stages.arrival.resume()
    case 'queued':
      sound.renew()
      return stages.queue.resume('restored')
    case 'rating':
      return release('agent', 'NORMAL_CLEARING', 'the switch was away')
    case 'voicemail':
      sound.renew()
      return stages.voicemail.resume()
    case 'ringing':
      if (agentLegId !== undefined && answered(agentLegId)) onAnswered(agentLegId, at)
      return
    case 'placing':
    case 'reaching':
      for (const { legId, answeredAt } of call.legs) if (answeredAt === null && answered(legId)) onAnswered(legId, at)
      return
    case 'connecting':
      if (agentLegId !== undefined && channels.get(agentLegId)?.bridgedWith) onBridged(at)
  }
}
