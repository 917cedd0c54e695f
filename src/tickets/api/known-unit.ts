import Type from 'typebox'
import { HotlineError } from '../../kernel/index.ts'
import type { Unit } from '../units/unit.ts'
import type { UnitStore } from '../units/unit-store.ts'

/** A unit's id, and a classification's. */
export const unitId = Type.String({ pattern: '^[a-z0-9-]{1,50}$' })

/** No unit has that id. */
class UnknownUnit extends HotlineError {
  readonly code = 'unit-unknown'
  readonly status = 404
}

/** Of a unit or a duty that would not be where it is said to be. */
export class UnitMisplaced extends HotlineError {
  readonly code = 'unit-misplaced'
  readonly status = 400
}

/** Throws {@link UnknownUnit}. */
export async function knownUnit(units: UnitStore, id: string): Promise<Unit> {
  const unit = await units.find(id)
  if (!unit) throw new UnknownUnit(`no unit ${id}`)
  return unit
}
