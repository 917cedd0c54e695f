/** Milliseconds for which the figures in memory keep a call or a callback: a day, and the longest shift's look back. */
export const keptFor = 26 * 60 * 60 * 1000

/** Calls to citizens, in one span of time. They are in no rate. */
export interface CallsOut {
  readonly placed: number
  /** Of these, the citizen answered. */
  readonly reached: number
  /** Milliseconds for which agents had these citizens on the line, of the talks that are over. */
  readonly talkedMs: number
}

/** Counts of one queue in one span of time; all rates come from these and from nothing else. See docs/metrics.md. */
export interface QueueCounts {
  readonly offered: number
  readonly answered: number
  readonly abandoned: number
  /** Answered, and abandoned, not later than the threshold. */
  readonly answeredInTime: number
  readonly abandonedInTime: number
  /** Abandoned before the short-abandon limit. */
  readonly shortAbandons: number
  /** Milliseconds waited by all answered calls together. */
  readonly waitedMs: number
  readonly longestWaitMs: number
  readonly out: CallsOut
}

export interface Thresholds {
  /** T of the answer rates, milliseconds. */
  readonly answerWithinMs: number
  /** A caller who gives up before this did not really wait (秒挂), milliseconds. */
  readonly shortAbandonMs: number
}

/** One queued call as far as the figures look at it. Milliseconds since the epoch. */
export interface CallFigures {
  readonly queue: string
  readonly queuedAt: number
  readonly answeredAt: number | null
  readonly abandonedAt: number | null
}

/** The six answer rates in use, by name; null where nothing was counted. Each is a share from 0 to 1. */
export const answerRates = {
  answeredInTimeOfAnswered: ({ answeredInTime, answered }: QueueCounts) => share(answeredInTime, answered),
  handledInTimeOfOffered: ({ answeredInTime, abandonedInTime, offered }: QueueCounts) =>
    share(answeredInTime + abandonedInTime, offered),
  answeredInTimeOfOffered: ({ answeredInTime, offered }: QueueCounts) => share(answeredInTime, offered),
  answeredInTimeOfOfferedWithoutEarlyAbandons: ({ answeredInTime, offered, abandonedInTime }: QueueCounts) =>
    share(answeredInTime, offered - abandonedInTime),
  answeredOfOfferedWithoutShortAbandons: ({ answered, offered, shortAbandons }: QueueCounts) =>
    share(answered, offered - shortAbandons),
  answeredOfOffered: ({ answered, offered }: QueueCounts) => share(answered, offered),
} as const

export type AnswerRateName = keyof typeof answerRates

/** All six rates and the average speed of answer in seconds. */
export function ratesOf(counts: QueueCounts) {
  const rates = Object.fromEntries(Object.entries(answerRates).map(([name, rate]) => [name, rate(counts)])) as Record<
    AnswerRateName,
    number | null
  >
  const averageSpeedOfAnswer = counts.answered === 0 ? null : counts.waitedMs / counts.answered / 1000
  return { rates, averageSpeedOfAnswer }
}

export const noCounts: QueueCounts = {
  offered: 0,
  answered: 0,
  abandoned: 0,
  answeredInTime: 0,
  abandonedInTime: 0,
  shortAbandons: 0,
  waitedMs: 0,
  longestWaitMs: 0,
  out: { placed: 0, reached: 0, talkedMs: 0 },
}

/** The counts with one more call. */
export function count(
  counts: QueueCounts,
  call: CallFigures,
  { answerWithinMs, shortAbandonMs }: Thresholds,
): QueueCounts {
  const { queuedAt, answeredAt, abandonedAt } = call
  const answered = answeredAt !== null
  const abandoned = !answered && abandonedAt !== null
  const waited = Math.max(0, (answeredAt ?? abandonedAt ?? queuedAt) - queuedAt)
  return {
    offered: counts.offered + 1,
    answered: counts.answered + Number(answered),
    abandoned: counts.abandoned + Number(abandoned),
    answeredInTime: counts.answeredInTime + Number(answered && waited <= answerWithinMs),
    abandonedInTime: counts.abandonedInTime + Number(abandoned && waited <= answerWithinMs),
    shortAbandons: counts.shortAbandons + Number(abandoned && waited < shortAbandonMs),
    waitedMs: counts.waitedMs + (answered ? waited : 0),
    longestWaitMs: Math.max(counts.longestWaitMs, waited),
    out: counts.out,
  }
}

/** Both together. */
export function add(a: QueueCounts, b: QueueCounts): QueueCounts {
  return {
    offered: a.offered + b.offered,
    answered: a.answered + b.answered,
    abandoned: a.abandoned + b.abandoned,
    answeredInTime: a.answeredInTime + b.answeredInTime,
    abandonedInTime: a.abandonedInTime + b.abandonedInTime,
    shortAbandons: a.shortAbandons + b.shortAbandons,
    waitedMs: a.waitedMs + b.waitedMs,
    longestWaitMs: Math.max(a.longestWaitMs, b.longestWaitMs),
    out: addOut(a.out, b.out),
  }
}

export function addOut(a: CallsOut, b: CallsOut): CallsOut {
  return { placed: a.placed + b.placed, reached: a.reached + b.reached, talkedMs: a.talkedMs + b.talkedMs }
}

/** Ratings of one agent in one queue: how many callers were asked, and how many pressed each key. */
export interface RatingCounts {
  readonly queue: string
  readonly agentId: string
  readonly asked: number
  readonly rated: number
  readonly rated1: number
  readonly rated2: number
  readonly rated3: number
  readonly rated4: number
  readonly rated5: number
}

/** What is said of ratings; null when nobody was asked, or nobody rated. */
export function sharesOf({ asked, rated, rated1, rated2, rated3, rated4, rated5 }: RatingCounts) {
  return {
    averageRating: share(rated1 + 2 * rated2 + 3 * rated3 + 4 * rated4 + 5 * rated5, rated),
    ratedOfAsked: share(rated, asked),
    satisfiedOfRated: share(rated4 + rated5, rated),
  }
}

function share(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null
}
