import type { Selectable } from 'kysely'
import type { TicketDatabase, TicketTables } from '../ticket-database.ts'
import type { Notice, NoticeKind } from './notice.ts'

/** The archive of notices: written once and never changed. */
export class NoticeStore {
  readonly #db: TicketDatabase

  constructor({ db }: { db: TicketDatabase }) {
    this.#db = db
  }

  async insert(notice: Notice): Promise<void> {
    await this.#db
      .insertInto('notices')
      .values({
        number: notice.number,
        ticket_id: notice.ticketId,
        kind: notice.kind,
        stage: notice.stage,
        unit_id: notice.unitId,
        copied_to: [...notice.copiedTo],
        issued_at: new Date(notice.issuedAt),
        html: notice.html,
        body: notice.text,
      })
      .execute()
  }

  async find(number: string): Promise<Notice | undefined> {
    const row = await this.#db.selectFrom('notices').selectAll().where('number', '=', number).executeTakeFirst()
    return row && toNotice(row)
  }

  async ofTicket(ticketId: string): Promise<Notice[]> {
    const rows = await this.#db
      .selectFrom('notices')
      .selectAll()
      .where('ticket_id', '=', ticketId)
      .orderBy('issued_at')
      .orderBy('number')
      .execute()
    return rows.map(toNotice)
  }
}

function toNotice(row: Selectable<TicketTables['notices']>): Notice {
  return {
    number: row.number,
    ticketId: row.ticket_id,
    kind: row.kind as NoticeKind,
    stage: row.stage,
    unitId: row.unit_id,
    copiedTo: row.copied_to,
    issuedAt: row.issued_at.getTime(),
    html: row.html,
    text: row.body,
  }
}
