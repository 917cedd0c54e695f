export { asyncApiDocument } from './async-api.ts'
export { type CloudEvent, toCloudEvent } from './cloud-event.ts'
export {
  type CommittedEvent,
  type EventData,
  type EventOf,
  type EventType,
  eventSchemas,
  type HotlineEvent,
} from './event.ts'
export { EventJournal } from './event-journal.ts'
export { EventLog, lastSequence, readEvents } from './event-log.ts'
export { RecordProjector } from './record-projector.ts'
export { ticketIdOf } from './ticket-id.ts'
