import type { ModeslEvent } from 'modesl'
import type { Clock } from '../../kernel/index.ts'
import { SwitchRefused, SwitchUnavailable } from '../errors.ts'
import { verb } from './esl-commands.ts'

export type ReplyKind = 'api/response' | 'command/reply'

interface Awaited {
  readonly kind: ReplyKind
  readonly settle: (reply: ModeslEvent) => void
  readonly fail: (reason: string) => void
}

/** Milliseconds until an unanswered command fails. */
const repliesWithin = 4000

/** Replies on an event socket carry no name of what they answer: they come in the order of the commands, and that is all. */
export class ReplyQueue {
  readonly #clock: Clock
  readonly #awaited: Awaited[] = []

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock
  }

  get isEmpty(): boolean {
    return this.#awaited.length === 0
  }

  /** The reply to the command that is sent next; `onLate` when it does not come in time. */
  next(kind: ReplyKind, onLate: (withinMs: number) => void): Promise<ModeslEvent> {
    return new Promise((resolve, reject) => {
      const stop = this.#clock.after(repliesWithin, () => onLate(repliesWithin))
      this.#awaited.push({
        kind,
        settle: (reply) => {
          stop()
          resolve(reply)
        },
        fail: (reason) => {
          stop()
          reject(new SwitchUnavailable(reason))
        },
      })
    })
  }

  /** A reply is to come that nobody asked for. */
  passOver(kind: ReplyKind): void {
    this.#awaited.push({ kind, settle: () => {}, fail: () => {} })
  }

  /** A reply came. False when it is not the one that is due: from here on nothing can be told apart. */
  settle(reply: ModeslEvent, kind: ReplyKind): boolean {
    const due = this.#awaited.shift()
    if (due?.kind === kind) {
      due.settle(reply)
      return true
    }
    due?.fail('replies out of step')
    return false
  }

  failAll(reason: string): void {
    for (const each of this.#awaited.splice(0)) each.fail(reason)
  }
}

/** What the switch says to a command that has no result. */
export function replyText(reply: ModeslEvent): string {
  return reply.getHeader('Reply-Text') ?? ''
}

/** What it says, trimmed. Throws {@link SwitchRefused} when that is a refusal. */
export function checked(text: string, command: string): string {
  const reply = text.trim()
  if (reply.startsWith('-ERR') || reply.startsWith('-USAGE')) {
    throw new SwitchRefused(`"${verb(command)}" was refused: ${reply}`)
  }
  return reply
}
