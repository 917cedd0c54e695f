import type { CallbackRow } from '../db/index.ts'
import type { EventOf, HotlineEvent } from './event.ts'

/** The row a callback begins with. */
export function newCallbackRow({ data, time }: EventOf<'callback.opened'>): CallbackRow {
  const { kind, line, language, queue, priority } = data
  return {
    ...{ kind, line, language, queue, priority, skills: [...data.skills] },
    callback_id: data.callbackId,
    number: data.callerNumber,
    call_id: data.callId,
    missed_calls: data.missedCalls,
    attempts: 0,
    queued_at: data.queuedAt === null ? null : new Date(data.queuedAt),
    opened_at: new Date(time),
    opened_by: data.openedBy,
    not_before: null,
    expires_at: new Date(data.expiresAt),
    ...{ closed_at: null, outcome: null, closed_by: null },
  }
}

/** What a fact changes in the row of its callback. */
export function changeOfCallback(event: HotlineEvent): Partial<CallbackRow> | undefined {
  switch (event.type) {
    case 'callback.merged': {
      const { callId, missedCalls } = event.data
      return { missed_calls: missedCalls, ...(callId === null ? {} : { call_id: callId }) }
    }
    case 'callback.failed': {
      const { attempts, notBefore } = event.data
      return { attempts, not_before: notBefore === null ? null : new Date(notBefore) }
    }
    case 'callback.closed': {
      const { outcome, by } = event.data
      return { closed_at: new Date(event.time), outcome, closed_by: by }
    }
    default:
      return undefined
  }
}
