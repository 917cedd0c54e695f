import type { Principal } from '../../http/index.ts'
import type { Actor } from '../machine/ticket-context.ts'
import type { Ticket } from '../office/ticket.ts'
import type { Visible } from '../office/ticket-list-store.ts'
import { isWithin } from '../units/unit.ts'
import type { UnitStore } from '../units/unit-store.ts'

/** Who works at the desks of the centre. */
export const deskRoles = ['agent', 'supervisor', 'admin'] as const
/** Everybody with a session or a token; what of it concerns them is for {@link visibleTo} to say. */
export const everyRole = [...deskRoles, 'service', 'unit'] as const

/** A request of somebody. */
export interface Asker {
  readonly principal: Principal
}

/** Who commands, as the machine and the audit know people. */
export function actorOf({ principal }: Asker): Actor {
  return { id: principal.username, role: principal.role, unitId: principal.unitId ?? null }
}

/** Which tickets somebody may see: the hotline's people all, an official those of the own unit and below. */
export async function visibleTo({ role, unitId }: Principal, units: UnitStore): Promise<Visible> {
  if (role !== 'unit') return { kind: 'all' }
  const path = unitId ? await units.pathOf(unitId) : undefined
  return path === undefined ? { kind: 'none' } : { kind: 'unit', path }
}

export function sees(visible: Visible, { context }: Ticket): boolean {
  if (visible.kind !== 'unit') return visible.kind === 'all'
  return context.unit !== null && isWithin(context.unit.path, visible.path)
}

/**
 * A caller's number as a role may know it. Who answers the telephone knows it anyway; the unit needs it when it has signed,
 * unless the citizen wants to stay unknown; programs count and need none.
 */
export function numberFor(
  role: Principal['role'],
  { callerNumber, state }: Pick<Ticket, 'callerNumber' | 'state'>,
  confidential: boolean,
): string {
  const handles = state === 'signed' || state === 'handling'
  const knows =
    role === 'agent' || role === 'supervisor' || role === 'admin' || (role === 'unit' && handles && !confidential)
  return knows ? callerNumber : masked(callerNumber)
}

/** 13800000001 becomes 138****0001. */
export function masked(number: string): string {
  return number.length < 8 ? number.replace(/./g, '*') : `${number.slice(0, 3)}****${number.slice(-4)}`
}
