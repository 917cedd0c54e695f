import type { SnapshotFrom } from 'xstate'
import { firstStep, step } from '../kernel/index.ts'
import { type CallbackInput, type CallbackState, callbackMachine } from './callback-machine.ts'

/** What a callback is about. Times in milliseconds since the epoch. */
export interface CallbackData {
  readonly callbackId: string
  /** Asked for while waiting, made of an abandoned call, or opened by an agent. */
  readonly kind: 'requested' | 'missed' | 'opened'
  /** As it is dialled. */
  readonly number: string
  /** Our number that was called, and that the citizen will see. */
  readonly line: string
  readonly language: string
  readonly queue: string | null
  readonly skills: readonly string[]
  readonly priority: number
  /** The place in the line; null: agents take it from the list. */
  readonly queuedAt: number | null
  readonly openedAt: number
  readonly openedBy: string | null
  readonly expiresAt: number
  /** The latest call it came from. */
  readonly callId: string | null
  readonly missedCalls: number
  /** Times the citizen was called without an answer. */
  readonly attempts: number
  readonly notBefore: number | null
}

/** One callback: what is known, and where the machine stands. */
export class Callback {
  data: CallbackData
  /** The call out that is under way. */
  callId: string | undefined
  #snapshot: SnapshotFrom<typeof callbackMachine> = firstStep(callbackMachine)[0]

  constructor(data: CallbackData) {
    this.data = data
  }

  get callbackId(): string {
    return this.data.callbackId
  }

  get state(): CallbackState {
    return this.#snapshot.value as CallbackState
  }

  /** Takes an input; false when the state does not allow it, and then nothing may follow from it. */
  take(type: CallbackInput['type']): boolean {
    if (!this.#snapshot.can({ type })) return false
    const [next] = step(callbackMachine, this.#snapshot, { type })
    this.#snapshot = next
    return true
  }
}
