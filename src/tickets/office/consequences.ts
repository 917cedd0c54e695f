import type { Logger } from '../../kernel/index.ts'
import type { ClockStage } from '../machine/ticket-context.ts'
import type { TicketInput } from '../machine/ticket-inputs.ts'
import type { TicketSnapshot } from '../machine/ticket-transition.ts'
import { type NoticeMatter, noticeKinds, noticeSeries, renderNotice } from '../notices/notice.ts'
import { NoticeStore } from '../notices/notice-store.ts'
import type { CityRules } from '../rules/city-rules.ts'
import type { TicketDatabase } from '../ticket-database.ts'
import { UnitStore } from '../units/unit-store.ts'
import { TicketChanged } from './errors.ts'
import type { TicketChange } from './step-store.ts'
import type { Ticket } from './ticket.ts'
import type { TicketStore } from './ticket-store.ts'

interface ConsequencesOptions {
  readonly store: TicketStore
  readonly rules: CityRules
  readonly logger: Logger
}

interface Step {
  readonly ticket: Ticket
  readonly input: TicketInput
  readonly after: TicketSnapshot
  readonly step: TicketChange
}

interface OpenStep extends Omit<Step, 'step' | 'after'> {
  readonly store: TicketStore
  readonly db: TicketDatabase
}

/** Stages in which the unit is late; in the others it is the centre. */
const unitStages: readonly ClockStage[] = ['sign', 'handle']

/** Steps that have documents, strikes or merged tickets behind them: all of it in one transaction. */
export class Consequences {
  readonly #options: ConsequencesOptions

  constructor(options: ConsequencesOptions) {
    this.#options = options
  }

  /** False, with nothing done, when somebody was quicker. */
  async save({ ticket, input, after, step }: Step): Promise<boolean> {
    try {
      await this.#options.store.transaction(async (store, db) => {
        const notice = await this.#issueNotice({ ticket, input, store, db })
        const facts = step.facts.map((fact) => (notice ? { ...fact, data: { ...fact.data, notice } } : fact))
        if (!(await store.save({ ...step, facts }))) throw new TicketChanged(ticket.ticketId)
        await this.#countStrike({ ticket, input, store, db })
        if (after.state === 'closed' || after.state === 'answered') await store.closeMerged(ticket.ticketId)
      })
      return true
    } catch (error) {
      if (error instanceof TicketChanged) return false
      throw error
    }
  }

  async #issueNotice({ ticket, input, store, db }: OpenStep): Promise<string | undefined> {
    if (input.type !== 'REMIND' && input.type !== 'URGE' && input.type !== 'CRITICISE') return undefined
    const { prefix, cityName: city } = this.#options.rules
    const unit =
      unitStages.includes(input.stage) && ticket.context.unit
        ? await new UnitStore({ db }).find(ticket.context.unit.unitId)
        : undefined
    const kind = noticeKinds[input.type]
    const matter: NoticeMatter = {
      prefix,
      city,
      kind,
      stage: input.stage,
      ticketNumber: ticket.number,
      title: (await store.matter(ticket.ticketId)).title,
      unitName: unit?.name ?? null,
      copiedTo: kind === 'reminder' || !unit?.leader ? [] : [unit.leader],
      dueAt: ticket.context.clocks[input.stage]?.dueAt ?? input.at,
      issuedAt: input.at,
      note: 'note' in input ? (input.note ?? '') : '',
    }
    const series = noticeSeries(matter)
    const number = `${series}-${String(await store.nextSerial(series)).padStart(6, '0')}`
    const { stage, copiedTo, issuedAt } = matter
    const about = { number, ticketId: ticket.ticketId, kind, stage, unitId: unit?.unitId ?? null, copiedTo, issuedAt }
    await new NoticeStore({ db }).insert({ ...about, ...renderNotice(matter, number) })
    return number
  }

  /** Three strikes [52]: the citizen's word on a partner firm counts; silence does not. */
  async #countStrike({ ticket, input, db }: OpenStep): Promise<void> {
    const { rules, logger } = this.#options
    const { unit } = ticket.context
    if (input.type !== 'VISIT' || !unit || rules.strikes === null || typeof input.satisfied !== 'boolean') return
    const visit = { satisfied: input.satisfied, limit: rules.strikes, at: input.at }
    const result = await new UnitStore({ db }).countVisit(unit.unitId, visit)
    if (result?.expelled) logger.warn({ unit: unit.unitId, strikes: result.strikes }, 'partner firm expelled')
  }
}
