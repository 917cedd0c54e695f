import { messageOf } from '../../kernel/index.ts'

/** Classes of SQLSTATE that pass by themselves: connection, rollback, resources, operator, system, object in use. */
const passing = ['08', '40', '53', '55', '57', '58']

/** Whether it is worth trying again: the database was away or busy, and not the fact itself is at fault. */
export function willPass(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown }
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return passing.includes(code.slice(0, 2))
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return true
  return /connection|timeout|terminat/i.test(messageOf(error))
}
