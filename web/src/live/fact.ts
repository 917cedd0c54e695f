import type { EventData, EventType } from '../../../src/events/event.ts'

/** A fact of the hotline as the pages take it. */
export type Fact = {
  [T in EventType]: { readonly id: string; readonly time: string; readonly type: T; readonly data: EventData<T> }
}[EventType]
