import type { EventLog } from '../events/index.ts'
import type { Clock } from '../kernel/index.ts'
import type { Caller, NuisanceRules } from './caller.ts'
import { EmergencyNumber, GradeRefused, UnknownCaller } from './errors.ts'

/** Where the list is kept. */
export interface CallerKeeper {
  all(): Promise<Caller[]>
  save(caller: Caller): Promise<void>
  remove(number: string): Promise<void>
}

export interface CallerBookOptions {
  readonly keeper: CallerKeeper
  readonly rules: NuisanceRules
  /** Numbers that are never graded. */
  readonly emergencyNumbers: ReadonlySet<string>
  /** The number as it is dialled here, so that one caller is one. */
  readonly normal: (number: string) => string
  readonly log: EventLog
  readonly clock: Clock
}

/** What a person sets; who and when is added. */
export type CallerSetting = Omit<Caller, 'setBy' | 'setAt'>

/** Callers who are treated in their own way, in memory: a call never waits for the database. Every change is on record. */
export class CallerBook {
  readonly #options: CallerBookOptions
  readonly #callers: Map<string, Caller>

  private constructor(options: CallerBookOptions, callers: readonly Caller[]) {
    this.#options = options
    this.#callers = new Map(callers.map((caller) => [caller.number, caller]))
  }

  static async open(options: CallerBookOptions): Promise<CallerBook> {
    return new CallerBook(options, await options.keeper.all())
  }

  /** Everybody on the list, also those whose time is over. */
  all(): Caller[] {
    return [...this.#callers.values()].sort((a, b) => b.setAt - a.setAt)
  }

  /** How a number is treated now; a grade of a number on the emergency list counts for nothing, however it came there. */
  of(number: string): Caller | undefined {
    const { normal, clock } = this.#options
    const caller = this.#callers.get(normal(number))
    if (!caller || (caller.until !== null && caller.until <= clock.now())) return undefined
    return this.#isEmergency(number) ? { ...caller, grade: null } : caller
  }

  /** Throws {@link UnknownCaller}. */
  get(number: string): Caller {
    const caller = this.#callers.get(this.#options.normal(number))
    if (!caller) throw new UnknownCaller(`${number} is not on the list`)
    return caller
  }

  /** Throws {@link EmergencyNumber} or {@link GradeRefused}; the list is as before then. */
  async set(setting: CallerSetting, by: string): Promise<Caller> {
    const { keeper, log, clock, normal } = this.#options
    this.#check(setting)
    const caller = { ...setting, number: normal(setting.number), setBy: by, setAt: clock.now() }
    await keeper.save(caller)
    this.#callers.set(caller.number, caller)
    const { setBy: _, setAt, ...fact } = caller
    log.append('caller.listed', { ...fact, evidence: [...fact.evidence], by }, setAt)
    return caller
  }

  async remove(number: string, by: string): Promise<void> {
    const caller = this.get(number)
    await this.#options.keeper.remove(caller.number)
    this.#callers.delete(caller.number)
    this.#options.log.append('caller.unlisted', { number: caller.number, by })
  }

  #check({ number, grade, evidence }: CallerSetting): void {
    if (grade === null) return
    if (this.#isEmergency(number)) throw new EmergencyNumber(`${number} is on the emergency list: it is never graded`)
    if (evidence.length === 0) throw new GradeRefused(`grade ${grade} of ${number} needs evidence`)
    if (grade === 'queue' && this.#options.rules.queue === null)
      throw new GradeRefused("there is no queue for nuisance callers: see 'nuisance' in the city's file")
  }

  #isEmergency(number: string): boolean {
    const { emergencyNumbers, normal } = this.#options
    return emergencyNumbers.has(number) || emergencyNumbers.has(normal(number))
  }
}
