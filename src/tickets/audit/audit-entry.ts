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
  const changed: { before: Record<string, unknown>; after: Record<string, unknown> } = { before: {}, after: {} }
  const compare = (key: string) => {
    const [was, is] = [before[key], after[key]]
    if (was === is || JSON.stringify(was) === JSON.stringify(is)) return
    changed.before[key] = was
    changed.after[key] = is
  }
  for (const key of Object.keys(before)) compare(key)
  for (const key of Object.keys(after)) if (!(key in before)) compare(key)
  return changed
}
