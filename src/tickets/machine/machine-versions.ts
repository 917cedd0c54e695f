import type { TicketContext } from './ticket-context.ts'
import { newContext } from './ticket-context.ts'
import { ticketMachine, ticketMachineVersion } from './ticket-machine.ts'
import type { TicketSnapshot } from './ticket-transition.ts'

/** A ticket as the machine of some version stored it. */
export interface VersionedSnapshot {
  readonly version: number
  readonly state: string
  readonly context: Readonly<Record<string, unknown>>
}

/** Brings a ticket of the version before to this one. */
export type MachineMigration = (before: Omit<VersionedSnapshot, 'version'>) => Omit<VersionedSnapshot, 'version'>

/** By the version they lead to. Every version above 1 has one; a test walks them all. */
const migrations: ReadonlyMap<number, MachineMigration> = new Map()

/**
 * Brings a stored ticket to the machine of today, version by version, and checks what xstate would take in silence: that
 * its state exists. Fields that are not stored get their first value: a version added them, or they still had it (`contextText`); so a
 * first value that changes needs a version of its own. Throws when the ticket is of a newer version than
 * this program, which must not touch it.
 */
export function toCurrentVersion(
  stored: VersionedSnapshot,
  { known = migrations, current = ticketMachineVersion } = {},
): TicketSnapshot {
  if (stored.version > current) {
    throw new Error(`the ticket is of machine version ${stored.version}, this program knows ${current}: update it`)
  }
  let { state, context } = stored as Omit<VersionedSnapshot, 'version'>
  for (let version = stored.version + 1; version <= current; version += 1) {
    const migrate = known.get(version)
    if (!migrate) throw new Error(`no migration leads to machine version ${version}`)
    ;({ state, context } = migrate({ state, context }))
  }
  if (!Object.hasOwn(ticketMachine.states, state)) throw new Error(`the ticket's state "${state}" does not exist`)
  const complete = { ...newContext({ firstReceiver: null, at: 0 }), ...context }
  return { state: state as TicketSnapshot['state'], context: complete as TicketContext }
}
