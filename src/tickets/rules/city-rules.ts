import type { Calendar, TimeLimit } from '../../hours/calendar-arithmetic.ts'
import type { LimitedStage, RulesFile, TicketKind, Urgency } from './rules-schema.ts'

/** What of a ticket decides its limits. */
export interface LimitedMatter {
  readonly kind: TicketKind
  readonly urgency: Urgency
  /** The unit has to investigate on the spot. */
  readonly investigation: boolean
}

export interface LimitRule {
  readonly stage: LimitedStage
  readonly kind?: TicketKind | undefined
  readonly urgency?: Urgency | undefined
  readonly investigation?: boolean | undefined
  readonly within: TimeLimit
}

/** A unit as the city's file knows it. `path` leads from the top, e.g. `qidong/housing`. */
export interface CityUnit {
  readonly unitId: string
  readonly name: string
  readonly path: string
  /** 1 (city) to 4 (village). */
  readonly level: number
  readonly type: 'department' | 'partner' | 'sub-centre'
  readonly leader: string | null
  readonly phone: string | null
}

/** A line of the responsibility catalogue; dates are local, both within, `to` null: until further notice. */
export interface Responsibility {
  readonly classification: string
  readonly unitId: string
  readonly from: string
  readonly to: string | null
}

/** A city's rules for its tickets. They never change while the service runs. */
export interface CityRules {
  readonly city: string
  /** As officials and citizens read it: the name of the top of its units. */
  readonly cityName: string
  readonly prefix: string
  readonly calendar: Calendar
  readonly languages: readonly string[]
  readonly kinds: ReadonlyMap<TicketKind, string>
  readonly limits: readonly LimitRule[]
  /** Where the limit of handling begins: the clock of an unsigned ticket runs, unless it begins with signing. */
  readonly handleFrom: 'accepted' | 'dispatched' | 'signed'
  readonly reminder: TimeLimit
  readonly criticism: TimeLimit
  readonly bounceLimit: number
  readonly returnRestartsClock: boolean
  readonly extensionLimit: number
  readonly visitAttempts: number
  readonly visitsAnswered: boolean
  readonly reworks: number
  readonly strikes: number | null
  readonly levels: readonly string[]
  readonly units: readonly CityUnit[]
  readonly catalogue: readonly Responsibility[]
  readonly branches: ReadonlyMap<string, NonNullable<RulesFile['branches']>[string]>
  readonly targets: NonNullable<RulesFile['targets']>
  /** Changes with the rules: what was planned by another one is planned anew. */
  readonly digest: string
}

/** The limit of a stage for a matter: the rule that says most about it holds. Undefined: the stage has no limit. */
export function limitOf(
  { limits }: Pick<CityRules, 'limits'>,
  stage: LimitedStage,
  matter: LimitedMatter,
): TimeLimit | undefined {
  const fitting = limits.filter((rule) => rule.stage === stage && fits(rule, matter))
  return fitting.sort((a, b) => precision(b) - precision(a))[0]?.within
}

function fits(rule: LimitRule, matter: LimitedMatter): boolean {
  return (['kind', 'urgency', 'investigation'] as const).every(
    (key) => rule[key] === undefined || rule[key] === matter[key],
  )
}

/** An urgent matter is urgent whatever its kind; an investigation takes the time it takes whatever the kind. */
function precision({ kind, urgency, investigation }: LimitRule): number {
  return (urgency === undefined ? 0 : 4) + (investigation === undefined ? 0 : 2) + (kind === undefined ? 0 : 1)
}
