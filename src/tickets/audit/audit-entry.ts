/** Who did what and from where, for the record. */
export interface AuditEntry {
  /** A ticket's id, `unit:<id>`, `webhook:<id>`, … */
  readonly subject: string
  readonly at: number
  readonly actor: string
  readonly role: string
  /** The address the request came from, or the part of the service that acted. */
  readonly origin: string
  readonly action: string
  readonly detail: AuditDetail
}

/** What changed, value by value. */
export interface AuditDetail {
  readonly before?: Readonly<Record<string, unknown>>
  readonly after?: Readonly<Record<string, unknown>>
  /** What the command carried. */
  readonly input?: unknown
}

/** The fields in which two objects differ, before and after. */
export function changedFields(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Required<Pick<AuditDetail, 'before' | 'after'>> {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const changed = keys.filter(
    (key) => before[key] !== after[key] && JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  )
  const pick = (from: Readonly<Record<string, unknown>>) => Object.fromEntries(changed.map((key) => [key, from[key]]))
  return { before: pick(before), after: pick(after) }
}
