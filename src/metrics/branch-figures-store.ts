import { sql } from 'kysely'
import type { Database } from '../db/index.ts'

/** What came of the calls that were to go to a branch hotline; see docs/metrics.md. */
export interface BranchFigures {
  readonly branch: string
  readonly wanted: number
  readonly reached: number
  readonly closed: number
  readonly busy: number
  readonly noAnswer: number
  readonly rejected: number
  readonly unreachable: number
  readonly advised: number
}

/** Figures of the branches, from the log. */
export class BranchFiguresStore {
  readonly #db: Database

  constructor({ db }: { db: Database }) {
    this.#db = db
  }

  /** By branch, those of which anything is on record in the span. */
  async branches({ from, to }: { from: Date; to: Date }): Promise<BranchFigures[]> {
    const { rows } = await sql<BranchFigures>`
      with facts as (
        select type, data->>'target' as branch, data->>'outcome' as outcome, data->>'legId' as leg from events
        where type in ('call.consultation-started', 'call.consulted', 'call.transferred', 'call.consultation-failed',
                       'call.branch-refused', 'call.branch-offered', 'call.branch-answered', 'call.branch-failed', 'call.advised')
          and time >= ${from} and time < ${to} and data->>'target' not like 'agent:%'
      )
      select branch,
        (count(*) filter (where type in ('call.consultation-started', 'call.branch-offered', 'call.branch-refused')))::int as "wanted",
        (count(distinct leg) filter (where type in ('call.consulted', 'call.transferred', 'call.branch-answered')))::int as "reached",
        (count(*) filter (where outcome = 'closed'))::int as "closed",
        (count(*) filter (where outcome = 'busy'))::int as "busy",
        (count(*) filter (where outcome = 'noAnswer'))::int as "noAnswer",
        (count(*) filter (where outcome = 'rejected'))::int as "rejected",
        (count(*) filter (where outcome = 'unreachable'))::int as "unreachable",
        (count(*) filter (where type = 'call.advised'))::int as "advised"
      from facts group by branch order by branch`.execute(this.#db)
    return rows
  }
}
