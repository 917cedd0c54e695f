import {
  type CallSupervisor,
  callbackWishOf,
  type OutboundCalls,
  type OutboundNumbers,
  type OutboundOutcome,
} from './call/index.ts'
import { type CallbackBook, type CallbackCalls, type CallbackLine, callbackPrompts } from './callback/index.ts'
import type { CallerBook } from './callers/index.ts'
import type { City } from './city.ts'
import { type EventLog, type HotlineEvent, ticketIdOf } from './events/index.ts'
import type { Dispatcher } from './queue/index.ts'

/** The callbacks' places among the waiting callers. */
export function callbackLine(dispatcher: () => Dispatcher): CallbackLine {
  return {
    join({ callbackId: callId, queue, skills, language, priority, queuedAt }) {
      dispatcher().enqueue({ callId, queue, needs: [...skills, `language:${language}`], priority, queuedAt })
    },
    leave: (callbackId) => dispatcher().withdraw(callbackId),
  }
}

/** A callback's attempt is a call out like any other. */
export function callbackCalls({
  numbers,
  outbound,
}: {
  numbers: OutboundNumbers
  outbound: () => OutboundCalls
}): CallbackCalls {
  return {
    normal: (number) => numbers.normal(number),
    place: ({ callback, agentId, onOutcome }) =>
      outbound().place({
        number: callback.number,
        agentId,
        line: callback.line,
        purpose: 'callback',
        reference: callback.callbackId,
        ticketId: ticketIdOf('callback', callback.callbackId),
        queue: callback.queue,
        language: callback.language,
        onOutcome: (outcome: OutboundOutcome) => onOutcome(outcome),
      }),
  }
}

/** Abandoned calls become callbacks, and a citizen who got through needs none. */
export function callbacksFollowCalls({
  log,
  book,
  callers,
  supervisor,
  city,
}: {
  log: EventLog
  book: CallbackBook
  callers: CallerBook
  supervisor: CallSupervisor
  city: City
}): void {
  log.onRecorded((event: HotlineEvent) => {
    if (event.type === 'call.released') return book.hungUp(event.data.callId)
    if (event.type !== 'call.abandoned' && event.type !== 'call.answered' && event.type !== 'call.branch-answered')
      return
    const call = supervisor.flow(event.data.callId)?.call
    const wish = call && callbackWishOf(call)
    if (!wish) return
    const { number } = wish
    if (event.type !== 'call.abandoned') return book.answered(number)
    if (event.data.waitedMs < city.shortAbandon * 1000) return
    // Whoever is kept apart as a nuisance is not called either.
    if (callers.of(number)?.grade === 'queue') return
    book.missed(wish)
  })
}

/** The prompts that callers of this city may hear about callbacks. */
export function callbackPromptsOf({ callback }: City): readonly string[] {
  if (!callback) return []
  const digits = Array.from({ length: 10 }, (_, digit) => `n${digit}`)
  return [...callbackPrompts, ...digits]
}
