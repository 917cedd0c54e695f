import type { SnapshotFrom } from 'xstate'
import { firstStep, step } from '../kernel/index.ts'
import { callbackDialogMachine, type DialogInput, type DialogState } from './callback-dialog-machine.ts'

/** Every prompt the dialog and the hint can say besides the digits. */
export const callbackPrompts: readonly string[] = [
  'callback-offer',
  'callback-hint',
  'callback-number-before',
  'callback-confirm',
  'callback-enter',
  'callback-invalid',
  'callback-accepted',
]

/** A waiting caller is offered a callback and says by key at which number. It decides what is said; it plays nothing. */
export class CallbackDialog {
  readonly #machine: ReturnType<typeof callbackDialogMachine>
  #snapshot: SnapshotFrom<ReturnType<typeof callbackDialogMachine>>

  constructor({ number, allowed }: { number: string; allowed: (number: string) => boolean }) {
    this.#machine = callbackDialogMachine({ number: allowed(number) ? number : undefined, allowed })
    this.#snapshot = firstStep(this.#machine)[0]
  }

  get state(): DialogState {
    return this.#snapshot.value as DialogState
  }

  /** The number the caller confirmed, once accepted. */
  get number(): string | undefined {
    return this.#snapshot.context.number
  }

  /** What is said in the present state, as names of prompts. */
  saying(): readonly string[] {
    const { number = '', faults } = this.#snapshot.context
    switch (this.state) {
      case 'offering':
        return ['callback-offer']
      case 'confirming':
        return ['callback-number-before', ...[...number].map((digit) => `n${digit}`), 'callback-confirm']
      case 'entering':
        return [...(faults > 0 ? ['callback-invalid'] : []), 'callback-enter']
      case 'accepted':
        return ['callback-accepted']
      case 'checking':
      case 'declined':
        return []
    }
  }

  /** Takes a key or a silence; returns whether there is something new to say, or the dialog is over. */
  take(input: DialogInput): boolean {
    const before = this.#snapshot
    if (!before.can(input)) return false
    const [next] = step(this.#machine, before, input)
    this.#snapshot = next
    return next.value !== before.value || next.context.faults !== before.context.faults
  }
}
