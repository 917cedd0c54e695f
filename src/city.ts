import type { OutboundRoute } from './call/index.ts'
import { type CallbackRules, toCallbackRules } from './callback/index.ts'
import type { NuisanceRules } from './callers/index.ts'
import { type Behaviour, type CityFile, goalOf } from './city-file.ts'
import type { Calendar } from './hours/index.ts'
import type { AlarmThresholds, ByPlace } from './metrics/index.ts'
import { type AfterMaxWait, type QueueConfig, toOverflowAction, toOverflowChain } from './queue/index.ts'
import type { StaffingGoal } from './staffing/index.ts'
import type { Branch, EmergencyService } from './transfer/index.ts'
import type { VoicemailLimits } from './voicemail/index.ts'

export interface City {
  readonly name: string
  readonly queues: ReadonlyMap<string, QueueConfig>
  /** At which figures of a queue, and of a line, the wallboard alarms. */
  readonly alarms: ByPlace<AlarmThresholds>
  /** Opening hours by name. */
  readonly calendars: ReadonlyMap<string, Calendar>
  /** Numbers that have hours; any other is always open. */
  readonly lines: ReadonlyMap<string, LineHours>
  /** Branch hotlines by number. */
  readonly branches: ReadonlyMap<string, Branch>
  readonly voicemail: VoicemailLimits
  /** How long recordings are kept, where the line does not say. */
  readonly recording: { readonly keepDays: number }
  /** How citizens are called; undefined: not at all. */
  readonly outbound: OutboundRoute | undefined
  /** How callers are called back; undefined: not at all. */
  readonly callback: CallbackRules | undefined
  /** Never graded as a nuisance. */
  readonly emergencyNumbers: ReadonlySet<string>
  readonly nuisance: NuisanceRules
  /** Codes agents may give, and what they mean; no codes of a kind: any text is taken. */
  readonly breakReasons: ReadonlyMap<string, string>
  readonly wrapUpCodes: ReadonlyMap<string, string>
  /** Seconds before which a caller who gives up did not really wait (秒挂). */
  readonly shortAbandon: number
  /** Share of calls (0 to 1) that an agent is to answer, and within how many seconds. */
  readonly goal: StaffingGoal
  /** Seconds a caller is kept when the agent's browser was lost, as by a reload of the page. */
  readonly phoneReturnWithin: number
  /** Emergency services by number. */
  readonly emergency: ReadonlyMap<string, EmergencyService>
}

/** The hours of one of our numbers. */
export interface LineHours {
  readonly calendar: string
  readonly whenClosed: WhenClosed
  /** Days for which recordings of this line are kept. */
  readonly keepRecordings?: number
}

/** What becomes of a caller outside the hours: a prompt and the end, or a message for the people of a queue. */
export type WhenClosed =
  | { readonly kind: 'announce'; readonly prompt: string }
  | { readonly kind: 'voicemail'; readonly queue: string; readonly greeting: string }

/** What holds where neither the queue nor the city says otherwise; seconds. */
const builtIn: Required<Omit<Behaviour, 'alarm' | 'afterMaxWait' | 'overflow' | 'relax'>> = {
  priority: 0,
  answerWithin: 15,
  announceEvery: 20,
  ringFor: 8,
  wrapUp: 15,
  rating: false,
  maxWait: 600,
}

/** A year and a half: longer than a complaint's ways take. */
const recordingKept = { keepDays: 540 }

const voicemailLimits: VoicemailLimits = { longest: 180, silence: 5, shortest: 2 }

/** What an agent notes after a call out, where the city has no codes of its own. */
const callOutcomes = ['done', 'satisfied', 'not-satisfied', 'call-again', 'wrong-number', 'refused']

/** What holds for a branch where its entry does not say; seconds. */
const branchDefaults = {
  mode: 'sub-centre',
  route: null,
  queue: null,
  ringFor: 20,
  hours: null,
  capacity: null,
  languages: [],
  advice: null,
  returnWithin: 10,
} as const
/** Seconds. */
const citizenRingsFor = 30
const shortAbandonBelow = 5
const browserReturnsWithin = 20
const nuisanceRules: NuisanceRules = { warning: 'nuisance-warning', refusal: 'nuisance-refusal', queue: null }

/** Seconds an emergency service may ring where its entry does not say. */
const emergencyRingsFor = 60

/** A city from its file, with what holds where the file does not say. */
export function toCity(
  {
    name: city,
    defaults = {},
    queues,
    branches = {},
    lines = {},
    voicemail = {},
    recording = recordingKept,
    outbound,
    callback,
    shortAbandon,
    phoneReturnWithin,
    emergency = {},
    emergencyNumbers = [],
    nuisance = {},
    breakReasons = {},
    wrapUpCodes = {},
    tickets,
  }: CityFile,
  calendars: City['calendars'],
): City {
  const seatsOf = new Map(Object.entries(branches).map(([number, { queue }]) => [number, queue]))
  const configs = Object.entries(queues).map(([queue, settings]) =>
    toQueue(queue, { ...builtIn, ...defaults, ...settings }, seatsOf),
  )
  return {
    name: city,
    queues: new Map(configs.map((config) => [config.name, config])),
    alarms: {
      queue: new Map(Object.entries(queues).map(([queue, { alarm }]) => [queue, { ...defaults.alarm, ...alarm }])),
      line: new Map(Object.entries(lines).flatMap(([line, { alarm }]) => (alarm ? [[line, alarm]] : []))),
    },
    calendars,
    lines: new Map(Object.entries(lines).map(([line, hours]) => [line, toLineHours(hours)])),
    voicemail: { ...voicemailLimits, ...voicemail },
    recording,
    callback: callback && toCallbackRules(callback),
    shortAbandon: shortAbandon ?? shortAbandonBelow,
    goal: goalOf(tickets),
    phoneReturnWithin: phoneReturnWithin ?? browserReturnsWithin,
    outbound: outbound && { ringFor: citizenRingsFor, outcomes: callOutcomes, ...outbound },
    emergency: new Map(
      Object.entries(emergency).map(([number, service]) => [
        number,
        { number, name: number, ringFor: emergencyRingsFor, ...service },
      ]),
    ),
    emergencyNumbers: new Set(emergencyNumbers),
    nuisance: { ...nuisanceRules, ...nuisance },
    breakReasons: new Map(Object.entries(breakReasons)),
    wrapUpCodes: new Map(Object.entries(wrapUpCodes)),
    branches: new Map(
      Object.entries(branches).map(([number, branch]) => [number, { number, ...branchDefaults, ...branch }]),
    ),
  }
}

function toLineHours({
  calendar,
  whenClosed: { announce = '', voicemail },
  keepRecordings,
}: NonNullable<CityFile['lines']>[string]): LineHours {
  const line = { calendar, ...(keepRecordings !== undefined && { keepRecordings }) }
  if (!voicemail) return { ...line, whenClosed: { kind: 'announce', prompt: announce } }
  const { queue, greeting = 'closed' } = voicemail
  return { ...line, whenClosed: { kind: 'voicemail', queue, greeting } }
}

function toQueue(
  queue: string,
  settings: typeof builtIn & Behaviour & { skills: readonly string[] },
  seatsOf: ReadonlyMap<string, string | undefined>,
): QueueConfig {
  const { overflow, afterMaxWait, relax = [] } = settings
  return {
    ...settings,
    name: queue,
    overflow: toOverflowChain(overflow).map((step) => ({ ...step, action: toSeats(step.action, seatsOf) })),
    relax: relax.map(({ after, drop = [], lower = {} }) => ({ after, drop, lower })),
    afterMaxWait: toSeats(toOverflowAction(afterMaxWait), seatsOf),
  }
}

/** A branch whose seats are here is not rung: its callers wait in the queue of its seats. */
function toSeats(action: AfterMaxWait, seatsOf: ReadonlyMap<string, string | undefined>): AfterMaxWait {
  const queue = action.kind === 'branch' ? seatsOf.get(action.branch) : undefined
  return queue === undefined ? action : { kind: 'queue', queue }
}
