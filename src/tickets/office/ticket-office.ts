import { HotlineError, type Logger } from '../../kernel/index.ts'
import { dueInputs, withClocks } from '../clocks/plan-clocks.ts'
import type { PlanningClock } from '../clocks/planning-clock.ts'
import { WakePlan } from '../clocks/wake-plan.ts'
import type { WorkingCalendar } from '../clocks/working-calendar.ts'
import type { Actor } from '../machine/ticket-context.ts'
import type { InputData, InputType, TicketInput } from '../machine/ticket-inputs.ts'
import { advance, inputsOf, type TicketSnapshot } from '../machine/ticket-transition.ts'
import type { CityRules } from '../rules/city-rules.ts'
import type { TicketDatabase } from '../ticket-database.ts'
import { handlingUnit, isWithin } from '../units/unit.ts'
import { UnitStore } from '../units/unit-store.ts'
import { Consequences } from './consequences.ts'
import { MergeRefused, TicketChanged, TicketNotYours, UnknownKind, UnknownTicket } from './errors.ts'
import { RecentTickets } from './recent-tickets.ts'
import { factOf } from './step-facts.ts'
import { StepRecords } from './step-records.ts'
import type { Ticket } from './ticket.ts'
import { TicketDesk } from './ticket-desk.ts'
import { TicketStore } from './ticket-store.ts'

export interface TicketOfficeOptions {
  readonly store: TicketStore
  readonly units: UnitStore
  readonly rules: CityRules
  readonly calendar: WorkingCalendar
  readonly clock: PlanningClock
  readonly wakePlan: WakePlan
  readonly logger: Logger
  /** Facts were committed. */
  readonly onFacts: () => void
  /** Steps are part of somebody's transaction, and may be undone with it. */
  readonly inTransaction?: boolean
}

/** A step somebody asks for. */
export interface Command<T extends InputType = InputType> {
  readonly ticketId: string
  readonly type: T
  readonly data: InputData<T>
  readonly by: Actor
  /** Address or part of the service the command came from. */
  readonly origin: string
  /** The revision whoever commands has seen; undefined: whatever it is. */
  readonly revision?: number | undefined
}

/** Attempts when others change the same ticket meanwhile and the command did not say which revision it is about. */
const attempts = 5
/** SQLSTATE. */
const deadlockDetected = '40P01'

/**
 * Carries out what is asked of a ticket: the machine decides, the clocks are counted anew, and everything that follows is
 * committed in one transaction.
 */
export class TicketOffice {
  /** Opens tickets and keeps what is said of them. */
  readonly desk: TicketDesk
  readonly #options: TicketOfficeOptions
  readonly #consequences: Consequences
  readonly #records: StepRecords
  readonly #recent = new RecentTickets()

  constructor(options: TicketOfficeOptions) {
    this.#options = options
    this.desk = new TicketDesk(options)
    this.#consequences = new Consequences(options)
    this.#records = new StepRecords(options)
  }

  /**
   * One step. Throws {@link UnknownTicket}, {@link TicketNotYours}, {@link TicketChanged}, or what the machine refuses with.
   */
  async send<T extends InputType>(command: Command<T>): Promise<Ticket> {
    const remembered = await this.#fromMemory(command as unknown as Command)
    if (remembered) return remembered
    for (let attempt = 1; ; attempt += 1) {
      const done = await this.#unlessDeadlocked(command as unknown as Command, await this.get(command.ticketId))
      if (done) return done
      if (command.revision !== undefined || attempt === attempts) {
        throw new TicketChanged(`ticket ${command.ticketId} was changed meanwhile: read it again`)
      }
    }
  }

  /** The same office at work in a transaction of somebody else. */
  within(db: TicketDatabase): TicketOffice {
    const [store, units] = [new TicketStore({ db }), new UnitStore({ db })]
    // A plan of its own: what a transaction plans may be undone with it.
    return new TicketOffice({
      ...this.#options,
      store,
      units,
      wakePlan: new WakePlan(this.#options),
      inTransaction: true,
    })
  }

  /** Another agent has the call now: a draft goes along with it, as does a ticket that is nobody's yet. */
  async takeOver(handed: Pick<Command, 'ticketId' | 'by' | 'origin'> & { agentId: string }): Promise<void> {
    const { ticketId, agentId, by, origin } = handed
    const ticket = await this.find(ticketId)
    if (!ticket || ticket.context.firstReceiver === agentId) return
    // A matter that is under way stays with its first receiver; a missed call or a message has none before somebody rang back.
    if (ticket.state !== 'draft' && ticket.context.firstReceiver !== null) return
    const after = { state: ticket.state, context: { ...ticket.context, firstReceiver: agentId } }
    const audit = this.#records.audit(ticket, after, { by, origin, action: 'TAKE_OVER' })
    const drafted = factOf('ticket.drafted', { ticket: { ...ticket, ...after }, from: 'draft', by })
    const facts = ticket.state === 'draft' ? [drafted] : []
    const saved = await this.#options.store.save({ ...this.#records.change(ticket, after), audit, facts })
    // Whoever hands the call over may be writing in this moment.
    if (!saved) await this.takeOver(handed)
  }

  /** One step, if the ticket is there and its state has that step; undefined if not. */
  async sendWherePossible<T extends InputType>(command: Command<T>): Promise<Ticket | undefined> {
    const ticket = await this.find(command.ticketId)
    return ticket && inputsOf(ticket.state).includes(command.type) ? this.send(command) : undefined
  }

  find(ticketId: string): Promise<Ticket | undefined> {
    return this.#options.store.find(ticketId)
  }

  findByNumber(number: string): Promise<Ticket | undefined> {
    return this.#options.store.findByNumber(number)
  }

  /** Throws {@link UnknownTicket}. */
  async get(ticketId: string): Promise<Ticket> {
    const ticket = await this.find(ticketId)
    if (!ticket) throw new UnknownTicket(`no ticket ${ticketId}`)
    return ticket
  }

  /** What the clock has to do now, done one after the other; says how many steps that were. */
  async wake(ticketId: string): Promise<number> {
    for (let done = 0; ; done += 1) {
      const ticket = await this.get(ticketId)
      const [next] = dueInputs(ticket.context, this.#records.planning())
      if (!next || next.at > this.#options.clock.now()) return done
      const data = next.type === 'ARCHIVE' ? {} : { stage: next.stage }
      await this.send({ ticketId, type: next.type, data, by: clockActor, origin: 'clock', revision: ticket.revision })
    }
  }

  /** Counts the clocks of a ticket anew, as when the calendar or a rule has changed; says whether that changed anything. */
  async replan(ticketId: string, why: string): Promise<boolean> {
    const ticket = await this.get(ticketId)
    const after = withClocks(ticket, this.#records.planning())
    if (JSON.stringify(after.context) === JSON.stringify(ticket.context)) return false
    const audit = this.#records.audit(ticket, after, { by: clockActor, origin: why, action: 'REPLAN' })
    const saved = await this.#options.store.save({ ...this.#records.change(ticket, after), audit, facts: [] })
    return saved || this.replan(ticketId, why)
  }

  /** The step on the ticket as it was last, if that is known; undefined when it has to be read after all. */
  async #fromMemory(command: Command): Promise<Ticket | undefined> {
    const known = this.#recent.get(command.ticketId)
    if (!known) return undefined
    this.#recent.forget(command.ticketId)
    try {
      return await this.#unlessDeadlocked(command, known)
    } catch (error) {
      // A refusal counts only when the ticket is what it was taken for.
      if (error instanceof HotlineError) return undefined
      throw error
    }
  }

  /**
   * Facts of the hotline are applied many in one transaction, which holds its tickets and jobs until the last: PostgreSQL ends one of two
   * who wait for each other. A step that was undone so is simply taken again, unless it is part of a transaction itself.
   */
  async #unlessDeadlocked(command: Command, ticket: Ticket): Promise<Ticket | undefined> {
    try {
      return await this.#attempt(command, ticket)
    } catch (error) {
      if (this.#options.inTransaction || (error as { code?: unknown }).code !== deadlockDetected) throw error
      return undefined
    }
  }

  async #attempt(command: Command, ticket: Ticket): Promise<Ticket | undefined> {
    const { store, wakePlan, onFacts } = this.#options
    if (command.revision !== undefined && command.revision !== ticket.revision) return undefined
    await this.#refuseOthers(ticket, command.by)
    const input = await this.#inputOf(command)
    await this.#refuseWrongParent(ticket, input)
    const after = withClocks(advance(ticket, input), this.#records.planning())
    const change = this.#records.step({ ticket, input, after, origin: command.origin })
    const saved = alone(input, ticket, after)
      ? await store.save(change)
      : await this.#consequences.save({ ticket, input, after, step: change })
    if (!saved) return undefined
    if (change.wakeJob) wakePlan.planned(change.wakeJob)
    onFacts()
    const changed = { ...ticket, ...after, revision: ticket.revision + 1 }
    if (!this.#options.inTransaction) this.#recent.put(changed)
    return changed
  }

  /** An official acts on what is with the own unit, or below it. */
  async #refuseOthers({ context }: Ticket, by: Actor): Promise<void> {
    if (by.role !== 'unit') return
    const own = by.unitId === null ? undefined : await this.#options.units.pathOf(by.unitId)
    if (own !== undefined && context.unit && isWithin(context.unit.path, own)) return
    throw new TicketNotYours(`the ticket is not with unit ${by.unitId}`)
  }

  async #inputOf({ type, data, by, ticketId }: Command): Promise<TicketInput> {
    const { rules, units, clock } = this.#options
    const kind = 'kind' in data ? data.kind : undefined
    if (kind !== undefined && !rules.kinds.has(kind)) {
      throw new UnknownKind(`${rules.city} has no kind ${kind}: ${[...rules.kinds.keys()].join(', ')}`)
    }
    const unit = 'unitId' in data && data.unitId !== undefined ? await units.find(data.unitId) : undefined
    const above = type === 'HAND_DOWN' ? (await this.get(ticketId)).context.unit : null
    return {
      type,
      ...data,
      at: clock.now(),
      by,
      rules,
      unit: unit ? handlingUnit(unit, above?.path) : null,
    } as TicketInput
  }

  async #refuseWrongParent({ ticketId }: Ticket, input: TicketInput): Promise<void> {
    if (input.type !== 'MERGE') return
    const parent = await this.#options.store.find(input.parentId)
    const wrong = !parent || parent.ticketId === ticketId || parent.context.parentId !== null
    if (wrong) throw new MergeRefused('the parent must be another ticket, one that is not merged itself')
  }
}

/** The service itself, when a limit is over. */
export const clockActor: Actor = { id: 'clock', role: 'clock', unitId: null }

const withDocuments: readonly InputType[] = ['REMIND', 'URGE', 'CRITICISE', 'VISIT']

/** Whether a step is one statement, with nothing besides. */
function alone({ type }: TicketInput, before: TicketSnapshot, { state }: TicketSnapshot): boolean {
  const ends = state !== before.state && (state === 'closed' || state === 'answered')
  return !withDocuments.includes(type) && !ends
}
