import type { Cancel, Clock } from '../../kernel/index.ts'
import type { Dialog } from './dialog.ts'
import { Retransmission } from './retransmission.ts'
import type { ServerTransaction } from './server-transaction.ts'
import { cseqOf } from './sip-message.ts'
import { giveUpAfter, type SipTimers } from './timers.ts'

interface Kept {
  readonly transactionId: string
  readonly retransmission: Retransmission
  readonly deadline: Cancel
}

/**
 * Repeats a 2xx to an INVITE until its ACK arrives (RFC 3261 section 13.3.1.4). Over TCP too: the ACK may be lost behind
 * a proxy that speaks UDP on its other side.
 */
export class AnswerKeeper {
  readonly #clock: Clock
  readonly #timers: SipTimers
  readonly #kept = new Map<Dialog, Map<number, Kept>>()

  constructor({ clock, timers }: { clock: Clock; timers: SipTimers }) {
    this.#clock = clock
    this.#timers = timers
  }

  get count(): number {
    return this.#kept.size
  }

  keep(answer: { transaction: ServerTransaction; dialog: Dialog; transactionId: string; expired(): void }): void {
    const { transaction, dialog, transactionId, expired } = answer
    const { number } = cseqOf(transaction.request)
    const retransmission = new Retransmission({
      clock: this.#clock,
      firstAfter: this.#timers.t1,
      longest: this.#timers.t2,
      send: () => transaction.repeatLast(),
    })
    const deadline = this.#clock.after(giveUpAfter(this.#timers), () => {
      this.acknowledged(dialog, number)
      expired()
    })
    const answers = this.#kept.get(dialog) ?? new Map<number, Kept>()
    this.#kept.set(dialog, answers.set(number, { transactionId, retransmission, deadline }))
  }

  /** Stops the repetition; the transaction's id, or undefined for an ACK that came before. */
  acknowledged(dialog: Dialog, sequence: number): string | undefined {
    const answers = this.#kept.get(dialog)
    const kept = answers?.get(sequence)
    if (!answers || !kept) return undefined
    stop(kept)
    answers.delete(sequence)
    if (answers.size === 0) this.#kept.delete(dialog)
    return kept.transactionId
  }

  forget(dialog: Dialog): void {
    for (const kept of this.#kept.get(dialog)?.values() ?? []) stop(kept)
    this.#kept.delete(dialog)
  }
}

function stop({ retransmission, deadline }: Kept): void {
  retransmission.stop()
  deadline()
}
