import Type from 'typebox'
import { nullable } from '../../kernel/index.ts'
import { duration, id, instant, name, nuisanceGrade } from './shapes.ts'

/** Facts of the room: notices, incidents, calendars, the list of callers. */
export const officeEvents = {
  /** A notice for desks; `agentIds` is null for all of them. */
  'notice.published': Type.Object({
    noticeId: id,
    text: name,
    level: Type.Enum(['info', 'warning', 'urgent']),
    queue: nullable(name),
    agentIds: nullable(Type.Array(name)),
    until: instant,
    by: name,
  }),
  /** What new callers of a line, or of all (null), hear before the menu. `text` is null where a recording was sent. */
  'incident.announced': Type.Object({
    incidentId: id,
    line: nullable(name),
    texts: Type.Array(Type.Object({ language: name, text: nullable(name) })),
    toWaiting: Type.Boolean(),
    until: instant,
    by: name,
  }),
  /** `by` is null when its time was over. */
  'incident.withdrawn': Type.Object({ incidentId: id, line: nullable(name), by: nullable(name) }),
  'notice.withdrawn': Type.Object({ noticeId: id, agentIds: nullable(Type.Array(name)), by: name }),
  /** A calendar was closed by command, until a moment or until revoked. */
  'calendar.closed': Type.Object({
    calendarId: name,
    reason: name,
    until: nullable(Type.Integer({ minimum: 0 })),
    by: name,
  }),
  'calendar.reopened': Type.Object({ calendarId: name, by: nullable(name), closedMs: duration }),
  /** Somebody edited the State Council's days; `ordinary`: neither holiday nor make-up workday any more. */
  'calendar.day-changed': Type.Object({
    calendarId: name,
    date: Type.String({ format: 'date' }),
    kind: Type.Enum(['holiday', 'workday', 'ordinary']),
    name: Type.String(),
    by: name,
  }),
  /** No holidays of a year are known that a calendar needs. */
  'calendar.year-missing': Type.Object({ calendarId: name, year: Type.Integer() }),
  /** A number is treated in its own way from now on: served first, or graded as a nuisance. */
  'caller.listed': Type.Object({
    number: name,
    priority: Type.Integer(),
    vip: Type.Boolean(),
    grade: nullable(nuisanceGrade),
    evidence: Type.Array(name),
    note: Type.String(),
    until: nullable(Type.Integer()),
    by: name,
  }),
  'caller.unlisted': Type.Object({ number: name, by: name }),
} as const
