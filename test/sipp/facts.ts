import type { Timeline, TimelineEvent } from '../../scripts/client/timeline.ts'
import type { EventData, EventType } from '../../src/events/index.ts'

/** What the log says of one caller's call. */
export class CallFacts {
  readonly #timeline: Timeline
  readonly callId: string

  private constructor(timeline: Timeline, callId: string) {
    this.#timeline = timeline
    this.callId = callId
  }

  /** Waits for the call to arrive. */
  static async of(timeline: Timeline, callerNumber: string): Promise<CallFacts> {
    const offered = await timeline.until('call.offered', (data) => data.callerNumber === callerNumber)
    return new CallFacts(timeline, offered.data.callId)
  }

  /** Waits until the call is over. */
  async released(): Promise<EventData<'call.released'>> {
    return (await this.#timeline.until('call.released', ({ callId }) => callId === this.callId)).data
  }

  /** All facts of the type, in the order of the log. */
  all<T extends EventType>(type: T): EventData<T>[] {
    return this.#timeline
      .of(type)
      .flatMap(({ data }) => ('callId' in data && data.callId === this.callId ? [data] : []))
  }

  /** How often each type was noted. */
  count(...types: EventType[]): number[] {
    return types.map((type) => this.all(type).length)
  }
}

/** The calls of all callers whose number begins so. */
export function callsFrom(timeline: Timeline, caller: string): TimelineEvent<'call.offered'>[] {
  return timeline.of('call.offered').filter(({ data }) => data.callerNumber.startsWith(caller))
}
