import { type Selectable, sql } from 'kysely'
import type { Responsibility } from '../rules/city-rules.ts'
import type { TicketDatabase, TicketTables } from '../ticket-database.ts'
import type { Unit } from './unit.ts'

/** Who is on duty in a unit; milliseconds, `endsAt` is not within. */
export interface Duty {
  readonly unitId: string
  readonly person: string
  readonly phone: string
  readonly startsAt: number
  readonly endsAt: number
}

type NewUnit = Omit<Unit, 'strikes' | 'expelledAt'>

/** The tree of units, the responsibility catalogue, and duty rosters. */
export class UnitStore {
  readonly #db: TicketDatabase
  readonly #paths = new Map<string, string>()

  constructor({ db }: { db: TicketDatabase }) {
    this.#db = db
  }

  async all(): Promise<Unit[]> {
    return (await this.#db.selectFrom('units').selectAll().orderBy('path').execute()).map(toUnit)
  }

  async find(unitId: string): Promise<Unit | undefined> {
    const row = await this.#db.selectFrom('units').selectAll().where('unit_id', '=', unitId).executeTakeFirst()
    return row && toUnit(row)
  }

  /** Where a unit stands in the tree. Units are not moved, so what was read once stays right. */
  async pathOf(unitId: string): Promise<string | undefined> {
    const known = this.#paths.get(unitId)
    if (known !== undefined) return known
    const path = (await this.find(unitId))?.path
    if (path !== undefined) this.#paths.set(unitId, path)
    return path
  }

  /** Creates units or brings them to what is given; strikes and expulsion stay. */
  async save(units: readonly NewUnit[]): Promise<void> {
    if (units.length === 0) return
    await this.#db
      .insertInto('units')
      .values(units.map(({ unitId, ...unit }) => ({ unit_id: unitId, ...unit, expelled_at: null })))
      .onConflict((conflict) =>
        conflict.column('unit_id').doUpdateSet(({ ref }) => ({
          name: ref('excluded.name'),
          path: ref('excluded.path'),
          level: ref('excluded.level'),
          type: ref('excluded.type'),
          leader: ref('excluded.leader'),
          phone: ref('excluded.phone'),
        })),
      )
      .execute()
  }

  /**
   * Counts a return visit for a partner firm: satisfied begins anew, unsatisfied counts, and at `limit` in a row the firm is expelled
   * [52]. Says what it came to.
   */
  async countVisit(unitId: string, { satisfied, limit, at }: { satisfied: boolean; limit: number; at: number }) {
    const { rows } = await sql<{ strikes: number; expelled_at: Date | null }>`
      update units set
        strikes = case when ${satisfied} then 0 else strikes + 1 end,
        expelled_at = case when not ${satisfied} and strikes + 1 >= ${limit}
          then coalesce(expelled_at, ${new Date(at)}::timestamptz) else expelled_at end
      where unit_id = ${unitId} and type = 'partner' returning strikes, expelled_at`.execute(this.#db)
    return rows[0] && { strikes: rows[0].strikes, expelled: rows[0].expelled_at !== null }
  }

  /** Takes an expelled firm in again, with no strikes. */
  async readmit(unitId: string): Promise<void> {
    await this.#db.updateTable('units').set({ strikes: 0, expelled_at: null }).where('unit_id', '=', unitId).execute()
  }

  async saveResponsibilities(lines: readonly Responsibility[]): Promise<void> {
    if (lines.length === 0) return
    await this.#db
      .insertInto('responsibilities')
      .values(
        lines.map(({ classification, unitId, from, to }) => ({
          classification,
          unit_id: unitId,
          valid_from: from,
          valid_to: to,
        })),
      )
      .onConflict((conflict) =>
        conflict
          .columns(['classification', 'unit_id', 'valid_from'])
          .doUpdateSet(({ ref }) => ({ valid_to: ref('excluded.valid_to') })),
      )
      .execute()
  }

  /** The units the catalogue names for a classification on a local date, the newest line first; expelled ones are left out. */
  async responsible(classification: string, date: string): Promise<Unit[]> {
    const rows = await this.#db
      .selectFrom('responsibilities')
      .innerJoin('units', 'units.unit_id', 'responsibilities.unit_id')
      .selectAll('units')
      .where('classification', '=', classification)
      .where('valid_from', '<=', date)
      .where(({ or, eb }) => or([eb('valid_to', 'is', null), eb('valid_to', '>=', date)]))
      .where('expelled_at', 'is', null)
      .orderBy('valid_from', 'desc')
      .execute()
    return rows.map(toUnit)
  }

  /** The unit of each classification on a day; where several are, the latest line of the catalogue counts. */
  async responsibilitiesOn(date: string): Promise<{ classification: string; unitId: string; unitName: string }[]> {
    const rows = await this.#db
      .selectFrom('responsibilities')
      .innerJoin('units', 'units.unit_id', 'responsibilities.unit_id')
      .select(['classification', 'units.unit_id', 'units.name'])
      .distinctOn('classification')
      .where('valid_from', '<=', date)
      .where(({ or, eb }) => or([eb('valid_to', 'is', null), eb('valid_to', '>=', date)]))
      .where('expelled_at', 'is', null)
      .orderBy('classification')
      .orderBy('valid_from', 'desc')
      .execute()
    return rows.map((row) => ({ classification: row.classification, unitId: row.unit_id, unitName: row.name }))
  }

  async addDuty({ unitId, person, phone, startsAt, endsAt }: Duty): Promise<void> {
    await this.#db
      .insertInto('duties')
      .values({
        unit_id: unitId,
        person,
        phone,
        starts_at: new Date(startsAt),
        ends_at: new Date(endsAt),
      })
      .execute()
  }

  /** Whom to ring in a unit at a moment. */
  async onDuty(unitId: string, at: number): Promise<Duty[]> {
    const rows = await this.#db
      .selectFrom('duties')
      .selectAll()
      .where('unit_id', '=', unitId)
      .where('starts_at', '<=', new Date(at))
      .where('ends_at', '>', new Date(at))
      .execute()
    return rows.map(({ unit_id, person, phone, starts_at, ends_at }) => ({
      unitId: unit_id,
      person,
      phone,
      startsAt: starts_at.getTime(),
      endsAt: ends_at.getTime(),
    }))
  }
}

function toUnit(row: Selectable<TicketTables['units']>): Unit {
  const { unit_id: unitId, name, path, level, type, leader, phone, strikes, expelled_at } = row
  return { unitId, name, path, level, type, leader, phone, strikes, expelledAt: expelled_at?.getTime() ?? null }
}
