import { createHash } from 'node:crypto'
import { isDate, readCalendars, readTimeLimit, type TimeLimit } from '../../hours/calendar-arithmetic.ts'
import { ConfigurationError, LocatedYaml, refuseFaults } from '../../kernel/index.ts'
import { type CityRules, type CityUnit, type LimitRule, limitOf } from './city-rules.ts'
import { type RulesFile, rulesSchema, type TicketKind, ticketKinds, urgencies } from './rules-schema.ts'

type Keys = readonly string[]

/** What the hotline itself opens, whatever the city's kinds are. */
const ownKinds = { callback: '未接来电回拨', voicemail: '语音留言', call: '分线接听' }

/** Reads a city's file for its tickets. Throws {@link ConfigurationError} with the file and line of every fault. */
export async function readCityRules(path: string): Promise<CityRules> {
  const file = await LocatedYaml.read(path)
  const content = file.content as { name?: unknown; calendars?: unknown; tickets?: unknown }
  if (content?.tickets === undefined) {
    throw new ConfigurationError(
      `${path}:1: there is no "tickets": the ticket service needs its rules, see docs/tickets.md`,
    )
  }
  refuseFaults(file.shapeFaults(rulesSchema, { under: ['tickets'] }))
  const { calendars, faults } = readCalendars(content.calendars ?? {}, (keys) => file.where(keys))
  const reader = new RulesReader((keys) => file.where(['tickets', ...keys]))
  const rules = reader.read(content.tickets as RulesFile)
  const calendar = calendars.get(rules.calendar)
  if (calendar === undefined) reader.fault(['calendar'], `there is no calendar ${rules.calendar}`)
  refuseFaults([...faults, ...reader.faults])
  if (calendar === undefined) throw new ConfigurationError(`${path}: no calendar`)
  const city = String(content.name)
  const cityName = rules.units.find(({ level }) => level === 1)?.name ?? city
  return { ...rules, city, cityName, calendar, digest: digestOf([content.tickets, content.calendars]) }
}

function digestOf(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex')
}

/** Turns what has the right shape into rules, and notes what of it cannot be meant. */
class RulesReader {
  readonly faults: string[] = []
  readonly #where: (keys: Keys) => string

  constructor(where: (keys: Keys) => string) {
    this.#where = where
  }

  fault(keys: Keys, message: string): void {
    this.faults.push(`${this.#where(keys)}: tickets.${keys.join('.')}: ${message}`)
  }

  read(file: RulesFile): Omit<CityRules, 'calendar' | 'city' | 'cityName' | 'digest'> & { calendar: string } {
    const limits = this.#limits(file)
    const units = this.#units(file)
    this.#coverage(file, limits)
    return {
      prefix: file.prefix,
      calendar: file.calendar,
      languages: file.languages ?? ['cmn'],
      kinds: new Map(Object.entries({ ...ownKinds, ...file.kinds }) as [TicketKind, string][]),
      limits,
      handleFrom: file.handleFrom ?? 'dispatched',
      reminder: this.#limit(['notices', 'reminder'], file.notices?.reminder ?? '1 working day'),
      criticism: this.#limit(['notices', 'criticism'], file.notices?.criticism ?? '2 working days'),
      bounceLimit: file.returns?.bounceLimit ?? 2,
      returnRestartsClock: file.returns?.restartsClock ?? false,
      extensionLimit: file.extensions?.limit ?? 1,
      visitAttempts: file.visits?.attempts ?? 3,
      visitsAnswered: file.visits?.answered ?? false,
      reworks: file.visits?.reworks ?? 1,
      strikes: file.strikes ?? null,
      levels: file.organisation?.levels ?? ['市'],
      units,
      catalogue: this.#catalogue(file, units),
      branches: this.#branches(file, units),
      targets: file.targets ?? {},
    }
  }

  #limit(keys: Keys, text: string): TimeLimit {
    const limit = readTimeLimit(text)
    if (!limit)
      this.fault(keys, `"${text}": a limit such as "5 working days", "24 hours" or "4 working hours" is expected`)
    return limit ?? { amount: 1, unit: 'days' }
  }

  #limits({ limits }: RulesFile): LimitRule[] {
    return limits.map(({ within, ...rule }, index) => ({
      ...rule,
      within: this.#limit(['limits', String(index), 'within'], within),
    }))
  }

  /** Every matter that can be dispatched needs a day on which it is due. */
  #coverage({ kinds }: RulesFile, limits: readonly LimitRule[]): void {
    const known = Object.keys(kinds) as TicketKind[]
    for (const kind of known.length > 0 ? known : ticketKinds) {
      const missing = urgencies
        .flatMap((urgency) => [true, false].map((investigation) => ({ kind, urgency, investigation })))
        .some((matter) => limitOf({ limits }, 'handle', matter) === undefined)
      if (missing) this.fault(['limits'], `stage handle has no limit for every ${kind}: add one without kind`)
    }
  }

  #units({ organisation }: RulesFile): CityUnit[] {
    const units = organisation?.units ?? {}
    return Object.entries(units).map(([unitId, unit]) => {
      const way = this.#wayUp(unitId, units)
      const levels = organisation?.levels.length ?? 1
      if (way.length > levels) this.fault(['organisation', 'units', unitId], `level ${way.length} of ${levels}`)
      return {
        unitId,
        name: unit.name,
        path: way.toReversed().join('/'),
        level: way.length,
        type: unit.type ?? 'department',
        leader: unit.leader ?? null,
        phone: unit.phone ?? null,
      }
    })
  }

  /** From the unit to the top. */
  #wayUp(unitId: string, units: NonNullable<RulesFile['organisation']>['units']): string[] {
    const way = [unitId]
    for (let parent = units[unitId]?.parent; parent !== undefined; parent = units[parent]?.parent) {
      const wrong = way.includes(parent) ? 'in the end leads back to itself' : `is no unit of this file`
      if (way.includes(parent) || units[parent] === undefined) {
        this.fault(['organisation', 'units', unitId, 'parent'], `${parent} ${wrong}`)
        return way
      }
      way.push(parent)
    }
    return way
  }

  #catalogue({ catalogue = [] }: RulesFile, units: readonly CityUnit[]): CityRules['catalogue'] {
    return catalogue.map(({ classification, unit, from, to }, index) => {
      const keys = ['catalogue', String(index)]
      this.#knownUnit([...keys, 'unit'], unit, units)
      for (const date of [from, to ?? from])
        if (!isDate(date)) this.fault(keys, `"${date}": a date is written 2026-01-31`)
      const twice = catalogue.findIndex(
        (line) => line.classification === classification && line.unit === unit && line.from === from,
      )
      if (twice < index) this.fault(keys, `${classification} has ${unit} from ${from} in line ${twice} already`)
      return { classification, unitId: unit, from, to: to ?? null }
    })
  }

  #branches({ branches = {} }: RulesFile, units: readonly CityUnit[]): CityRules['branches'] {
    for (const [number, { complaintsTo }] of Object.entries(branches)) {
      if (complaintsTo !== undefined) this.#knownUnit(['branches', number, 'complaintsTo'], complaintsTo, units)
    }
    return new Map(Object.entries(branches))
  }

  #knownUnit(keys: Keys, unitId: string, units: readonly CityUnit[]): void {
    if (!units.some((unit) => unit.unitId === unitId)) this.fault(keys, `there is no unit ${unitId}`)
  }
}
