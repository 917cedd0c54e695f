import type { Insertable, Kysely } from 'kysely'
import type { DatabaseSchema } from '../db/index.ts'
import type { CommittedEvent } from './event.ts'

type CallbackRecord = Insertable<DatabaseSchema['callbacks']>

/** Makes one row a callback from the log. */
export async function projectCallback(db: Kysely<DatabaseSchema>, event: CommittedEvent): Promise<void> {
  if (event.type === 'callback.opened') {
    const {
      callbackId,
      kind,
      callerNumber: number,
      line,
      language,
      queue,
      skills,
      priority,
      callId,
      missedCalls,
    } = event.data
    const { queuedAt, expiresAt, openedBy } = event.data
    await db
      .insertInto('callbacks')
      .values({
        callback_id: callbackId,
        ...{ kind, number, line, language, queue, skills, priority },
        call_id: callId,
        missed_calls: missedCalls,
        queued_at: queuedAt === null ? null : new Date(queuedAt),
        opened_at: new Date(event.time),
        opened_by: openedBy,
        expires_at: new Date(expiresAt),
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    return
  }
  const change = changeOf(event)
  if (change && 'callbackId' in event.data)
    await db.updateTable('callbacks').set(change).where('callback_id', '=', event.data.callbackId).execute()
}

function changeOf(event: CommittedEvent): Partial<CallbackRecord> | undefined {
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
