import { sql } from 'kysely'
import type { TicketDatabase } from '../ticket-database.ts'

/** Counts of the tickets opened in a span. Closed, resolved and satisfied are counted apart. */
export interface TicketFigures {
  readonly opened: number
  readonly answeredAtOnce: number
  readonly dispatched: number
  readonly replied: number
  readonly closed: number
  readonly resolved: number
  readonly notResolved: number
  readonly satisfied: number
  readonly notSatisfied: number
  readonly returned: number
  readonly urged: number
  readonly criticised: number
  readonly overdue: number
  /** Talks the caller rated by a key, and those rated 4 or 5. */
  readonly rated: number
  readonly ratedSatisfied: number
}

/** Figures over tickets, altogether or of one unit and those below it. */
export class FigureStore {
  readonly #db: TicketDatabase

  constructor({ db }: { db: TicketDatabase }) {
    this.#db = db
  }

  async of({ from, to, path, now }: { from: Date; to: Date; path: string | null; now: Date }): Promise<TicketFigures> {
    const below = path === null ? sql`` : sql`and (unit_path = ${path} or unit_path like ${`${path}/%`})`
    const { rows } = await sql<TicketFigures>`
      select count(*)::int as opened,
        count(*) filter (where context ->> 'closedBy' = 'answered')::int as "answeredAtOnce",
        count(*) filter (where context -> 'entered' ? 'dispatched')::int as dispatched,
        count(*) filter (where context -> 'entered' ? 'replied')::int as replied,
        count(*) filter (where state = 'closed' or (state = 'archived' and context ->> 'closedBy' in ('replied', 'merged')))::int
          as closed,
        count(*) filter (where context -> 'resolved' = 'true')::int as resolved,
        count(*) filter (where context -> 'resolved' = 'false')::int as "notResolved",
        count(*) filter (where context -> 'satisfied' = 'true')::int as satisfied,
        count(*) filter (where context -> 'satisfied' = 'false')::int as "notSatisfied",
        count(*) filter (where (context ->> 'returns')::int > 0)::int as returned,
        count(*) filter (where (context ->> 'urged')::int > 0)::int as urged,
        count(*) filter (where (context ->> 'criticised')::int > 0)::int as criticised,
        count(*) filter (where due_at < ${now})::int as overdue,
        count(*) filter (where context #> '{callRating,rating}' is not null)::int as rated,
        count(*) filter (where (context #>> '{callRating,rating}')::int >= 4)::int as "ratedSatisfied"
      from tickets
      where created_at >= ${from} and created_at < ${to} and state not in ('draft', 'voided')
        and coalesce(context ->> 'closedBy', '') not in ('voided', 'branch') ${below}`.execute(this.#db)
    const [figures] = rows
    if (!figures) throw new Error('an aggregate without a row')
    return figures
  }
}
