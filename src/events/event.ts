import type { Static } from 'typebox'
import { agentEvents } from './facts/agent-events.ts'
import { callEvents } from './facts/call-events.ts'
import { callbackEvents } from './facts/callback-events.ts'
import { officeEvents } from './facts/office-events.ts'
import { soundEvents } from './facts/sound-events.ts'
import { talkEvents } from './facts/talk-events.ts'

/**
 * Every fact of the hotline and the shape of its data. The key is the CloudEvents `type`; the subject is the call
 * for `call.*`, the agent for `agent.*`, the queue for `queue.*`, the number that was dialled for `line.*`.
 */
export const eventSchemas = {
  ...callEvents,
  ...talkEvents,
  ...agentEvents,
  ...soundEvents,
  ...callbackEvents,
  ...officeEvents,
} as const

export type EventType = keyof typeof eventSchemas
export type EventData<T extends EventType> = Static<(typeof eventSchemas)[T]>

/** A fact as it was recorded: CloudEvents 1.0 without what is the same for all. */
export type HotlineEvent = {
  [T in EventType]: {
    readonly id: string
    readonly type: T
    readonly subject: string
    /** Milliseconds since 1970-01-01T00:00Z. */
    readonly time: number
    readonly data: EventData<T>
  }
}[EventType]

/** A fact with its place in the log. */
export type CommittedEvent = HotlineEvent & { readonly sequence: number }

export type EventOf<T extends EventType> = Extract<HotlineEvent, { type: T }>

const subjectKey = {
  call: 'callId',
  agent: 'agentId',
  queue: 'queue',
  line: 'line',
  calendar: 'calendarId',
  voicemail: 'voicemailId',
  notice: 'noticeId',
  incident: 'incidentId',
  recording: 'callId',
  callback: 'callbackId',
  caller: 'number',
} as const

/** The subject a fact is about, from its data. */
export function subjectOf(type: EventType, data: Record<string, unknown>): string {
  const kind = type.slice(0, type.indexOf('.')) as keyof typeof subjectKey
  return String(data[subjectKey[kind]])
}
