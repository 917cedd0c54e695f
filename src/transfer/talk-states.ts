import type { SnapshotFrom } from 'xstate'
import { firstStep, step } from '../kernel/index.ts'
import { TransferRefused } from './errors.ts'
import { type TalkInput, type TalkState, transferMachine } from './transfer-machine.ts'

/** What a talk's machine allows: commands are refused with a reason, everything else that does not fit has no effect. */
export class TalkStates {
  #snapshot: SnapshotFrom<typeof transferMachine> = firstStep(transferMachine)[0]

  get state(): TalkState {
    return this.#snapshot.value as TalkState
  }

  /** Puts a talk of an earlier process where it was. */
  restore(state: TalkState): void {
    this.#snapshot = transferMachine.resolveState({ value: state })
  }

  /** False when the state does not allow it, and then nothing may follow from it. */
  take(type: TalkInput['type']): boolean {
    if (!this.#snapshot.can({ type })) return false
    const [next] = step(transferMachine, this.#snapshot, { type })
    this.#snapshot = next
    return true
  }

  /** As `take`. Throws TransferRefused. */
  command(type: TalkInput['type']): void {
    this.check(type)
    this.take(type)
  }

  /** Throws TransferRefused when the state does not allow it now. */
  check(type: TalkInput['type']): void {
    if (this.#snapshot.can({ type })) return
    const can = (['HOLD', 'RETRIEVE', 'ADVISE', 'CONSULT', 'TRANSFER', 'RETURN', 'JOIN', 'COMPLETE'] as const)
      .filter((each) => this.#snapshot.can({ type: each }))
      .map((each) => each.toLowerCase())
    const instead = can.length > 0 ? `possible now: ${can.join(', ')}` : 'nothing is possible now'
    throw new TransferRefused(`the talk is ${this.state}, ${type.toLowerCase()} is not possible; ${instead}`)
  }

  /** Throws TransferRefused unless citizen and agent have the talk, held or not, to themselves. */
  checkAlone(): void {
    if (this.state === 'talking' || this.state === 'held') return
    throw new TransferRefused(`the talk is ${this.state}: a third party takes part, let it go first`)
  }
}
