import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { openDatabase } from '../../src/db/index.ts'
import { createLogger } from '../../src/kernel/index.ts'

/** What the event log and the tables say of all calls together. Everything that should be 0 has a name for being more. */
export interface Ledger {
  readonly offered: number
  readonly answered: number
  readonly abandoned: number
  readonly released: number
  /** Offered and over for SIP, and never released in the log. */
  readonly open: number
  /** Callers who called once and were offered more than once, calls released or answered more than once. */
  readonly offeredTwice: number
  readonly releasedTwice: number
  readonly answeredTwice: number
  /** Answered and abandoned at once. */
  readonly contradicted: number
  readonly tickets: number
  readonly ticketsMissing: number
  readonly ticketsTwice: number
  readonly recordings: number
  /** Said to be stored in the log, and not in the table or not on disk. */
  readonly recordingsMissing: number
  /** Begun, and neither stored nor said to have failed or to have been over before. */
  readonly recordingsUntold: number
  /** Said to have failed, and not stored later either: what failed for the disk or the database is tried again. */
  readonly recordingsFailed: number
  /** Calls that were over before anything could be recorded. */
  readonly recordingsOmitted: number
  readonly voicemails: number
  readonly voicemailsMissing: number
  /** Two calls at one agent at the same time. */
  readonly agentsOfferedTwice: number
}

const silent = createLogger({ name: 'ledger', level: 'silent' })

/** Reads the log and the tables, past any wire that a scenario breaks. */
export async function readLedger({ url, soundsDir }: { url: string; soundsDir: string }): Promise<Ledger> {
  const db = openDatabase({ url, logger: silent, connections: 1, statementTimeoutMs: 60_000 })
  try {
    const { rows } = await sql<Omit<Ledger, 'recordingsMissing' | 'voicemailsMissing'>>`
      with facts as (
          select type, data ->> 'callId' as call_id, data ->> 'callerNumber' as caller, data ->> 'reason' as reason from events),
        counts as (
          select call_id,
            -- A phone that hung up before the two were joined answered nobody: the caller waited on.
            greatest(0, count(*) filter (where type = 'call.answered')
              - count(*) filter (where type = 'call.queued' and reason = 'bridge-failed'))::int as answered,
            count(*) filter (where type = 'call.branch-answered')::int as by_branch,
            count(*) filter (where type = 'call.abandoned')::int as abandoned,
            count(*) filter (where type = 'call.released')::int as released
          from facts where call_id is not null group by call_id
          having count(*) filter (where type = 'call.offered') > 0),
        sounds as (
          select call_id, bool_or(type = 'recording.stored') as stored, bool_or(type = 'recording.failed') as failed,
            bool_or(type = 'recording.omitted') as omitted
          from facts where type in ('recording.started', 'recording.stored', 'recording.failed', 'recording.omitted')
          group by call_id)
      select
        (select count(*)::int from counts) as offered,
        (select count(*)::int from counts where answered > 0) as answered,
        (select count(*)::int from counts where abandoned > 0) as abandoned,
        (select count(*)::int from counts where released > 0) as released,
        (select count(*)::int from counts where released = 0) as open,
        (select count(*)::int from (select 1 from facts where type = 'call.offered' group by caller having count(*) > 1) s)
          as "offeredTwice",
        (select count(*)::int from counts where released > 1) as "releasedTwice",
        (select count(*)::int from counts where answered > 1) as "answeredTwice",
        (select count(*)::int from counts where answered > 0 and abandoned > 0) as contradicted,
        (select count(*)::int from tickets.tickets where call_id is not null) as tickets,
        (select count(*)::int from counts
          where answered + by_branch > 0 and call_id not in (select call_id::text from tickets.tickets where call_id is not null))
          as "ticketsMissing",
        (select (count(*) - count(distinct call_id))::int from tickets.tickets where call_id is not null) as "ticketsTwice",
        (select count(*)::int from recordings) as recordings,
        (select count(*)::int from sounds where not stored and not failed and not omitted) as "recordingsUntold",
        (select count(*)::int from sounds where failed and not stored) as "recordingsFailed",
        (select count(*)::int from sounds where omitted and not stored and not failed) as "recordingsOmitted",
        (select count(*)::int from voicemails) as voicemails,
        (select count(*)::int from (
          select data ->> 'to' as state, lag(data ->> 'to') over (partition by subject order by sequence) as before
          from events where type = 'agent.state-changed') s where state = 'ringing' and before in ('ringing', 'talking'))
          as "agentsOfferedTwice"`.execute(db)
    const [row] = rows
    if (!row) throw new Error('the ledger is empty')
    const stored = await sql<{ type: string; file: string | null }>`
      select type, coalesce(r.file, v.file) as file from events
      left join recordings r on type = 'recording.stored' and r.call_id::text = data ->> 'callId'
      left join voicemails v on type = 'voicemail.left' and v.voicemail_id::text = data ->> 'voicemailId'
      where type in ('recording.stored', 'voicemail.left')`.execute(db)
    const missing = (kind: string) =>
      stored.rows.filter(({ type, file }) => type === kind && (file === null || !existsSync(join(soundsDir, file))))
        .length
    return { ...row, recordingsMissing: missing('recording.stored'), voicemailsMissing: missing('voicemail.left') }
  } finally {
    await db.destroy()
  }
}

/** Sums of what must not be: calls of which something is missing, and those of which something is there twice. */
export function lostAndTwice(ledger: Ledger): { readonly lost: number; readonly twice: number } {
  return {
    lost:
      ledger.open +
      ledger.ticketsMissing +
      ledger.recordingsMissing +
      ledger.recordingsUntold +
      ledger.voicemailsMissing,
    twice:
      ledger.offeredTwice +
      ledger.releasedTwice +
      ledger.answeredTwice +
      ledger.contradicted +
      ledger.ticketsTwice +
      ledger.agentsOfferedTwice,
  }
}
