export interface LegFacts {
  readonly legId: string
  readonly role: 'caller' | 'agent' | 'third' | 'supervisor'
  readonly createdAt: number | null
  readonly ringingAt: number | null
  readonly answeredAt: number | null
  readonly endedAt: number | null
  readonly cause: string | null
  readonly sipStatus: number
}

/** How a call ended, as its last fact tells it. */
export interface CallEnd {
  readonly legs: readonly LegFacts[]
  readonly by: string
  readonly reason: string
}

/** A message between one leg's phone and us. */
export interface LegStep {
  readonly at: number
  /** Which leg, from 0. */
  readonly leg: number
  readonly words: string
  /** From the phone to us, or from us to the phone. */
  readonly fromPhone: boolean
}

/** What went over the wire as the switch told it, in order: who asked whom, and how it was answered (RFC 3261). */
export function legSteps(end: CallEnd): LegStep[] {
  const hungUp = legThatHungUp(end)
  return end.legs.flatMap((leg, index) => stepsOf(leg, index, leg === hungUp)).sort((a, b) => a.at - b.at)
}

/** Of several phones of that party the one that was there to the end. Nobody's, where it was us who ended the call. */
function legThatHungUp({ legs, by, reason }: CallEnd): LegFacts | undefined {
  if (!reason.includes('hung up')) return undefined
  const own = legs.filter(({ role, answeredAt }) => role === by && answeredAt !== null)
  return own.sort((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0)).at(-1)
}

function stepsOf(leg: LegFacts, index: number, hungUp: boolean): LegStep[] {
  const caller = leg.role === 'caller'
  const refused = leg.answeredAt === null && leg.sipStatus >= 300
  const step = (at: number | null, words: string, fromPhone: boolean): LegStep[] =>
    at === null ? [] : [{ at, leg: index, words, fromPhone }]
  return [
    ...step(leg.createdAt, 'INVITE', caller),
    ...step(leg.ringingAt, '180 Ringing', !caller),
    ...step(leg.answeredAt, '200 OK', !caller),
    ...step(leg.endedAt, lastWord(leg, refused), refused || hungUp),
  ]
}

function lastWord({ answeredAt, sipStatus, cause }: LegFacts, refused: boolean): string {
  if (refused) return `${sipStatus} ${cause ?? ''}`
  return answeredAt === null ? 'CANCEL' : `BYE ${cause ?? ''}`
}
