import type { CallRow, ThirdPartyRecord } from '../db/index.ts'
import type { EventOf, HotlineEvent } from './event.ts'

/** Columns of a call that change; what a third party becomes besides what the row says of it already is `third_more`. */
export type CallChange = Partial<CallRow> & { readonly third_more?: ThirdPartyRecord }

/** The row a call begins with, from whichever side. */
export function newCallRow({ type, data, time }: EventOf<'call.offered' | 'call.placed'>): CallRow {
  const placed = type === 'call.placed'
  return {
    ...nothingYet,
    call_id: data.callId,
    line: data.line,
    switch: data.switch,
    leg_id: data.legId,
    caller_number: data.callerNumber,
    caller_name: placed ? '' : data.callerName,
    direction: placed ? 'outbound' : 'inbound',
    ringing_agent_id: placed ? data.agentId : null,
    offered_at: new Date(time),
  }
}

const nothingYet = {
  ...{ language: null, menu_path: [], queue: null, skills: [], priority: 0, queued_at: null },
  ...{ agent_id: null, agent_leg_id: null, answered_at: null, held: false, third: null, transferred_to: null },
  ...{ emergency: null, abandoned_at: null, released_at: null, released_by: null, cause: null },
  ...{ rating: null, wrap_up_code: null },
}

/** Caller and agent, or whoever has the caller since, are with each other and nobody else. */
const together = { held: false, third: null }
const alone = { agent_leg_id: null, ...together }

/** What a fact changes in the row of its call. */
export function changeOfCall(event: HotlineEvent): CallChange | undefined {
  const at = new Date(event.time)
  switch (event.type) {
    case 'call.language-chosen':
      return { language: event.data.language }
    case 'call.menu-entered':
      return { menu_path: [...event.data.path] }
    case 'call.queued': {
      const { queue, skills, language, priority, menuPath, queuedAt } = event.data
      // Who waits is with nobody, also after a talk.
      const path = { skills: [...skills], menu_path: [...menuPath] }
      const place = { ...path, queue, language, priority, queued_at: new Date(queuedAt), ...alone }
      // An agent's phone answered, but nobody ever spoke to the caller.
      const unanswered = { agent_id: null, answered_at: null, transferred_to: null }
      return event.data.reason === 'bridge-failed' ? { ...place, ...unanswered } : place
    }
    case 'call.relaxed':
      return { skills: [...event.data.skills] }
    case 'call.wrapped-up':
      return { wrap_up_code: event.data.code }
    case 'agent.offered':
      return { ringing_agent_id: event.data.agentId }
    case 'agent.offer-failed':
      return { ringing_agent_id: null }
    case 'call.answered': {
      const { agentId, legId } = event.data
      return { agent_id: agentId, agent_leg_id: legId, answered_at: at, ringing_agent_id: null }
    }
    case 'call.taken-over':
      return { agent_id: event.data.agentId, agent_leg_id: event.data.legId, ...together }
    case 'call.phone-returned':
      return { agent_leg_id: event.data.legId }
    case 'call.held':
      return { held: true }
    case 'call.retrieved':
      return { held: false }
    case 'call.consultation-started': {
      const { legId, target, purpose } = event.data
      const state = purpose === 'consult' ? 'consulting' : 'transferring'
      return { held: false, third: { legId, target, state } }
    }
    case 'call.consulted':
    case 'call.conferenced': {
      const { legId, target } = event.data
      const state = event.type === 'call.consulted' ? 'consulted' : 'conference'
      return { held: false, third_more: { legId, target, state } }
    }
    case 'call.consultation-failed':
    case 'call.returned':
    case 'call.advised':
    case 'call.emergency-returned':
      return together
    case 'call.reached': {
      const { agentId, agentLegId } = event.data
      return { agent_id: agentId, agent_leg_id: agentLegId, answered_at: at, ringing_agent_id: null }
    }
    case 'call.branch-answered':
    case 'call.transferred':
      return { agent_leg_id: event.data.legId, transferred_to: event.data.target, ...together }
    case 'call.emergency-started': {
      const { legId, service, mode, by } = event.data
      const third = { legId, target: service, state: 'alarming', emergency: { mode, by } } as const
      return { emergency: service, held: false, third }
    }
    case 'call.rated':
      return { rating: event.data.rating }
    case 'call.abandoned':
      return { abandoned_at: at }
    case 'call.released':
      return { released_at: at, released_by: event.data.by, cause: event.data.cause, ringing_agent_id: null }
    default:
      return undefined
  }
}
