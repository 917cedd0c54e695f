import { closeCodes, window } from '../../src/live/protocol.ts'

/** How facts come over `/live`, with the protocol's own numbers. */
export function livePart(): string {
  return `## The live feed

\`GET /live\` upgraded to a WebSocket. The session token of \`POST /api/v1/sessions\` goes into \`Authorization: Bearer <token>\`; a browser,
which cannot set a header there, offers the subprotocol \`bearer.<token>\` instead.

- \`after=<sequence>\`: facts after this place in the log. 0 begins at the beginning; without it only what is new comes.
- \`early=true\` or \`early=false\`: also send facts before they are committed. The default is true for agents and false for
  everybody else.

Agents see facts that name them as \`agentId\`. Supervisors, admins and services see everything.

The server sends one JSON object a message, told apart by \`type\`:

- \`hello\` with \`sequence\` and \`window\` comes first: the newest place in the log, and how many facts are sent ahead of
  acknowledgements.
- \`event\` with \`event\`: a committed fact, in the order of the log. \`previous\` is the sequence of the fact sent before it on this
  connection, at first the \`after\` asked for: a consumer whose last one is another has lost something, and resumes.
- \`early\` with \`event\`: the same fact before its commit. It has no \`sequence\`, is not acknowledged, and comes again as
  \`event\` with the same \`id\`.
- \`error\` with \`detail\`: the client's message was not understood; the connection is closed after it.

The client sends \`{"type":"ack","sequence":1742}\`: everything up to that place was taken. At most ${window} facts are sent without an
acknowledgement, then the feed waits. To resume, connect with \`after=\` the last sequence taken: every fact comes at least once.

The connection is closed with one of these codes when something is wrong:

- ${closeCodes.badMessage}: a message was not understood.
- ${closeCodes.slowConsumer}: too slow, more than 1 MiB waited for this socket; resume where you were.
- 1011: the log could not be read; resume.

The server pings every 15 s and drops a connection that missed one.
`
}
