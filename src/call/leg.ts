import type { EventData } from '../events/index.ts'
import type { HangupCause, LegId } from '../switch/index.ts'

type LegFacts = EventData<'call.released'>['legs'][number]

interface LegParts {
  readonly legId: LegId
  readonly role: LegFacts['role']
  readonly createdAt: number
  readonly target?: string
}

/** One leg's timings as the switch told them, for the record of the call. */
export class Leg {
  readonly legId: LegId
  readonly role: LegFacts['role']
  readonly createdAt: number
  ringingAt: number | null = null
  answeredAt: number | null = null
  endedAt: number | null = null
  cause: HangupCause | null = null
  sipStatus = 0
  /** Number of the branch it leads to. */
  readonly target: string | undefined

  constructor({ legId, role, createdAt, target }: LegParts) {
    this.legId = legId
    this.role = role
    this.createdAt = createdAt
    this.target = target
  }

  end(at: number, cause: HangupCause, sipStatus: number): void {
    this.endedAt ??= at
    this.cause ??= cause
    this.sipStatus ||= sipStatus
  }

  facts(): LegFacts {
    const { legId, role, createdAt, ringingAt, answeredAt, endedAt, cause, sipStatus } = this
    return { legId, role, createdAt, ringingAt, answeredAt, endedAt, cause, sipStatus }
  }
}
