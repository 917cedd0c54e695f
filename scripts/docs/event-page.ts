import { type EventType, eventSchemas, toCloudEvent } from '../../src/events/index.ts'
import { eventMeanings } from './event-meanings.ts'
import type { GeneratedPage } from './generated-page.ts'
import { livePart } from './live-part.ts'
import { fieldsOf, type Schema } from './schema-words.ts'

const callId = '0b9c3f0e-5d0b-4a53-9f0a-3f6f6f9f8a11'
const example = toCloudEvent(
  {
    id: '6a3d8a0e-9f0c-4a3b-8f53-2f1f0a9d7c55',
    type: 'call.answered',
    subject: callId,
    time: Date.UTC(2026, 0, 5, 8, 30, 12, 345),
    data: { callId, queue: 'general', agentId: '8001', legId: '3d2c…', waitedMs: 4210 },
    sequence: 1742,
  },
  '/yihao/default',
)

const head = `# Events

Generated from \`src/events/event.ts\` and \`src/live/protocol.ts\` by \`npm run draw\`; do not edit.

Everything that happens in the hotline is a fact in one append-only log (table \`events\` in PostgreSQL). Consumers receive
facts over \`/live\` and \`GET /api/v1/calls/{callId}/events\` as [CloudEvents 1.0](https://github.com/cloudevents/spec) in JSON with the
\`sequence\` extension:

\`\`\`json
${JSON.stringify(example, null, 2)}
\`\`\`

- \`subject\` is the call for \`call.*\`, the agent for \`agent.*\` and the queue for \`queue.*\`.
- \`time\` is when the fact happened, by the clock of the hotline service (docs/decisions/0008).
- \`sequence\` is the place in the log, zero-padded so that text order is number order. Numbers may be missing; the order never changes.
- Durations end in \`Ms\`; instants inside \`data\` end in \`At\` and are milliseconds since 1970.
- A consumer may meet a fact twice and must know it by its \`id\`; it must pass over types and fields it does not know.
- \`cause\` is FreeSWITCH's name of a Q.850 cause (\`NORMAL_CLEARING\`, \`USER_BUSY\`, …), \`sipStatus\` the SIP status or 0.
`

/** `docs/events.md`: every fact with its fields, and how they come over `/live`. */
export function eventPage(): GeneratedPage {
  const sections = (Object.keys(eventSchemas) as EventType[]).map(section)
  return { path: 'docs/events.md', text: [head, livePart(), '## Types', '', ...sections].join('\n') }
}

function section(type: EventType): string {
  const fields = fieldsOf(eventSchemas[type] as Schema).map(({ name, words }) => `- \`${name}\`: ${words}`)
  return [`### ${type}`, '', eventMeanings[type] ?? '', '', ...fields, ''].join('\n')
}
