import { minutesAhead } from './day-class.ts'
import { erlangA } from './erlang-a.ts'
import { erlangC } from './erlang-c.ts'
import { meanPatience, measuredPatience, type Wait } from './patience.ts'
import { exponential, oneOf, seeded } from './random.ts'
import { seatsNeeded } from './seats-needed.ts'
import { simulate } from './simulation.ts'
import type { Forecast, Workload } from './workload.ts'

/** What really happened in one interval. */
export interface MeasuredInterval {
  /** When it began; milliseconds since the epoch. */
  readonly start: number
  readonly arrivals: number
  readonly answered: number
  readonly abandoned: number
  /** Answered not later than the goal's time. */
  readonly answeredInTime: number
  /** Seconds waited by all calls, answered or given up. */
  readonly waited: number
  /** Mean number of agents who were ready, ringing, talking or in wrap-up. */
  readonly seats: number
  /** Seconds agents were taken up by calls, wrap-up included. */
  readonly occupied: number
}

export interface Measurements {
  readonly intervals: readonly MeasuredInterval[]
  /** Some calls' times, for the simulation; seconds. */
  readonly holdings: readonly number[]
  readonly waits: readonly Wait[]
}

export interface StaffingGoal {
  /** Share of calls to be answered, from 0 to 1, and within how many seconds. */
  readonly share: number
  readonly within: number
}

export type Model = 'erlangC' | 'erlangA' | 'simulation'
type ByModel<Value> = Readonly<Record<Model, Value>>

/** One half hour of the day, over all days measured. */
export interface StaffingSlot {
  /** Minutes since midnight in China. */
  readonly minute: number
  /** What it is measured from: days, and calls of all of them together; and whether that is enough to say how many seats. */
  readonly days: number
  readonly calls: number
  readonly enough: boolean
  /** Mean calls in it, mean holding in seconds, and mean seats there were; null where nothing was measured. */
  readonly arrivals: number
  readonly holding: number | null
  readonly seats: number
  /** Share that was answered in time; null without calls. */
  readonly answeredInTime: number | null
  /** Seats that reach the goal; null where too little was measured, there was no call, or none are enough. */
  readonly needed: ByModel<number | null>
  /** What the model says of the seats there were, less what really happened; shares. */
  readonly error: ByModel<number | null>
}

export interface StaffingPlan {
  readonly slots: readonly StaffingSlot[]
  /** Days with calls or agents, from the first on, and calls answered. */
  readonly days: number
  readonly answered: number
  readonly holding: number | null
  readonly patience: number | null
  /** Mean of the errors of all intervals without their signs, weighted by calls. */
  readonly error: ByModel<number | null>
  /** Intervals the errors are of: those with calls and with agents. */
  readonly compared: number
}

/** Seconds of the half hours that are planned. */
export const slotSeconds = 30 * 60
const dayMinutes = 24 * 60
/** Calls counted in each play of the simulation: the share it tells is good to about one per cent. */
const playedCalls = 3000
/** Fewer calls answered in a half hour say little of its holding time; then that of the whole day is taken. */
const enoughAnswered = 30
/**
 * Seats are told from so much on. The mean of 30 calls is off by a fifth at most two times of three; where fewer come, only several
 * days tell that it is always so.
 */
export const enough = { days: 3, calls: 30, answered: enoughAnswered } as const

/** How many seats each half hour of the day needs, by three models, and how far each was from what happened. */
export function staffingPlan(measured: Measurements, goal: StaffingGoal, seed = 1): StaffingPlan {
  const intervals = sinceFirstDay(measured.intervals)
  const answered = sumOf(intervals, 'answered')
  const holding = holdingOf(intervals)
  const patience = meanPatience({ waited: sumOf(intervals, 'waited'), abandoned: sumOf(intervals, 'abandoned') })
  const foretell = forecaster({ measured, goal, patience, seed })
  const slots = slotsOf(intervals).map((slot) => plannedSlot({ ...slot, foretell, goal, overall: holding, answered }))
  const compared = slots.flatMap(({ compared: each }) => each)
  return {
    slots: slots.map(({ slot }) => slot),
    days: new Set(intervals.map(({ start }) => dayOf(start))).size,
    answered,
    holding: holding ?? null,
    patience: patience ?? null,
    error: byModel((model) => weighted(compared, ({ error }) => Math.abs(error[model]))),
    compared: compared.length,
  }
}

/** What a model says of a workload and a number of seats. */
type Foretell = (model: Model, workload: Workload, seats: number) => Forecast

function forecaster({
  measured: { holdings, waits },
  goal: { within },
  patience,
  seed,
}: {
  measured: Measurements
  goal: StaffingGoal
  patience: number | undefined
  seed: number
}): Foretell {
  const drawPatience = measuredPatience(waits, patience)
  const measuredMean = holdings.reduce((sum, each) => sum + each, 0) / holdings.length
  return (model, workload, seats) => {
    if (model === 'erlangC' || (model === 'erlangA' && patience === undefined))
      return erlangC({ ...workload, seats, within })
    if (model === 'erlangA') return erlangA({ ...workload, seats, within, patience: patience ?? 0 })
    // As long as measured, stretched to the mean of this half hour. The same chance for every number of seats.
    const stretch = workload.holding / measuredMean
    return simulate({
      arrivalRate: workload.arrivalRate,
      holding: (random) =>
        holdings.length > 0 ? oneOf(holdings, random) * stretch : exponential(workload.holding, random),
      patience: drawPatience,
      seats,
      within,
      calls: playedCalls,
      random: seeded(seed),
    })
  }
}

/** An interval in which a model can be held against what happened; `error` is the model's share less the real one. */
interface Compared {
  readonly arrivals: number
  readonly error: ByModel<number>
}

function plannedSlot({
  minute,
  intervals,
  foretell,
  goal,
  overall,
  answered,
}: {
  minute: number
  intervals: readonly MeasuredInterval[]
  foretell: Foretell
  goal: StaffingGoal
  overall: number | undefined
  /** Of all half hours. */
  answered: number
}): { slot: StaffingSlot; compared: Compared[] } {
  const arrivals = sumOf(intervals, 'arrivals')
  const own = sumOf(intervals, 'answered') >= enoughAnswered ? holdingOf(intervals) : undefined
  const holding = own ?? overall
  const compared = holding === undefined ? [] : intervals.flatMap((each) => comparedOf(each, holding, foretell) ?? [])
  const workload = { arrivalRate: arrivals / intervals.length / slotSeconds, holding: holding ?? 0 }
  const days = intervals.length
  const told = answered >= enough.answered && (days >= enough.days || arrivals >= enough.calls)
  const needed = (model: Model) =>
    !told || arrivals === 0 || holding === undefined
      ? null
      : (seatsNeeded((seats) => foretell(model, workload, seats), goal.share) ?? null)
  const slot: StaffingSlot = {
    minute,
    days,
    calls: arrivals,
    enough: told,
    arrivals: arrivals / days,
    holding: holding ?? null,
    seats: sumOf(intervals, 'seats') / intervals.length,
    answeredInTime: arrivals === 0 ? null : sumOf(intervals, 'answeredInTime') / arrivals,
    needed: byModel(needed),
    error: byModel((model) => weighted(compared, ({ error }) => error[model])),
  }
  return { slot, compared }
}

function comparedOf(interval: MeasuredInterval, holding: number, foretell: Foretell): Compared | undefined {
  const { arrivals, seats, answeredInTime } = interval
  if (arrivals === 0 || seats === 0) return undefined
  const workload = { arrivalRate: arrivals / slotSeconds, holding }
  // Seats come and go within a half hour: between whole numbers the share is in proportion.
  const whole = Math.floor(seats)
  const share = (model: Model, each: number) => (each === 0 ? 0 : foretell(model, workload, each).answeredInTime)
  const said = (model: Model) =>
    share(model, whole) * (1 - (seats - whole)) + (seats > whole ? share(model, whole + 1) * (seats - whole) : 0)
  return { arrivals, error: byModel((model) => said(model) - answeredInTime / arrivals) }
}

/** Days before the first one with a call or an agent are not quiet days: there was no hotline, or no log of it. */
function sinceFirstDay(intervals: readonly MeasuredInterval[]): readonly MeasuredInterval[] {
  const active = intervals.filter(({ arrivals, seats }) => arrivals > 0 || seats > 0)
  const first = Math.min(...active.map(({ start }) => dayOf(start)))
  return active.length === 0 ? intervals : intervals.filter(({ start }) => dayOf(start) >= first)
}

/** The number of the day in China. */
function dayOf(start: number): number {
  return Math.floor((start / 60_000 + minutesAhead) / dayMinutes)
}

function slotsOf(intervals: readonly MeasuredInterval[]): { minute: number; intervals: MeasuredInterval[] }[] {
  const slots = new Map<number, MeasuredInterval[]>()
  for (const interval of intervals) {
    const minute = (Math.floor(interval.start / 60_000) + minutesAhead) % dayMinutes
    slots.set(minute, [...(slots.get(minute) ?? []), interval])
  }
  return [...slots].map(([minute, each]) => ({ minute, intervals: each })).sort((a, b) => a.minute - b.minute)
}

function holdingOf(intervals: readonly MeasuredInterval[]): number | undefined {
  const answered = sumOf(intervals, 'answered')
  const occupied = sumOf(intervals, 'occupied')
  return answered === 0 || occupied === 0 ? undefined : occupied / answered
}

function sumOf(intervals: readonly MeasuredInterval[], figure: Exclude<keyof MeasuredInterval, 'start'>): number {
  return intervals.reduce((sum, interval) => sum + interval[figure], 0)
}

function weighted(compared: readonly Compared[], of: (each: Compared) => number): number | null {
  const arrivals = compared.reduce((sum, each) => sum + each.arrivals, 0)
  return arrivals === 0 ? null : compared.reduce((sum, each) => sum + of(each) * each.arrivals, 0) / arrivals
}

function byModel<Value>(value: (model: Model) => Value): ByModel<Value> {
  return { erlangC: value('erlangC'), erlangA: value('erlangA'), simulation: value('simulation') }
}
