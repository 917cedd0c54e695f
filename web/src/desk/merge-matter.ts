import type { Matter } from '../tickets/ticket-views.ts'

export type MatterField = keyof Matter

const fields: readonly MatterField[] = ['title', 'content', 'classification', 'address', 'contactName', 'confidential']

export function emptyMatter(): Matter {
  return { title: '', content: '', classification: null, address: '', contactName: '', confidential: false }
}

export function sameMatter(one: Matter, other: Matter): boolean {
  return fields.every((field) => one[field] === other[field])
}

export interface Merged {
  readonly matter: Matter
  /** Fields both have changed, each otherwise: mine stands in `matter`. */
  readonly conflicts: readonly MatterField[]
}

/** Two texts that began as `base`: of each field the one that was changed, and mine where both were. */
export function mergeMatter({ base, mine, theirs }: Readonly<Record<'base' | 'mine' | 'theirs', Matter>>): Merged {
  const changed = fields.filter((field) => mine[field] !== base[field])
  const own = Object.fromEntries(changed.map((field) => [field, mine[field]]))
  const conflicts = changed.filter((field) => theirs[field] !== base[field] && theirs[field] !== mine[field])
  return { matter: { ...theirs, ...own }, conflicts }
}
