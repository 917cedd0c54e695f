/**
 * The hinge of the service (decision 0001): facts are appended here, kept on disk and in PostgreSQL, and read by
 * everybody else.
 */
export { agentStates } from './agent-state-store.ts'
export { asyncApiDocument } from './async-api.ts'
export { type CloudEvent, toCloudEvent } from './cloud-event.ts'
export { colleagueOf } from './colleague-of.ts'
export {
  type CommittedEvent,
  type EventData,
  type EventOf,
  type EventType,
  eventSchemas,
  type HotlineEvent,
} from './event.ts'
export { EventJournal } from './event-journal.ts'
export { EventLog } from './event-log.ts'
export { lastSequence, readEvents } from './event-store.ts'
export { RecordProjector } from './record-projector.ts'
export { ticketIdOf } from './ticket-id.ts'
