import { Value } from 'typebox/value'
import type { Timeline } from '../../scripts/client/timeline.ts'
import { asyncApiDocument, eventSchemas } from '../../src/events/index.ts'

/** What of the facts a scenario was sent is not as the AsyncAPI document says. */
export function undocumentedFacts(events: Timeline['events']): string[] {
  const source = events[0]?.source ?? ''
  const about = { title: '', description: '', source, address: '/live', schemas: eventSchemas, sequenced: true }
  const { messages } = asyncApiDocument(about).components
  return events.flatMap((event) => {
    const payload = messages[event.type]?.payload
    const faults = payload ? Value.Errors(payload, event) : [{ instancePath: '/type', message: 'is in no message' }]
    return faults.map(({ instancePath, message }) => `${event.type} ${event.id}: ${instancePath} ${message}`)
  })
}
