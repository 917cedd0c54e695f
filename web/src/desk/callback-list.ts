import type { Fact } from '../live/fact.ts'
import type { Callback } from './views.ts'

/** A fact of the feed that is of a callback. */
export type CallbackFact = Extract<Fact, { type: `callback.${string}` }>

export function isOfCallback(fact: Fact): fact is CallbackFact {
  return fact.type.startsWith('callback.')
}

/**
 * The list of callbacks, oldest first, after one more fact. Every desk hears of every callback: five hundred of them asking the
 * service for the list at each one would be a flood.
 */
export function follow(list: readonly Callback[], fact: CallbackFact): readonly Callback[] {
  const { callbackId } = fact.data
  const change = (to: Partial<Callback>) =>
    list.map((each) => (each.callbackId === callbackId ? { ...each, ...to } : each))
  const others = () => list.filter((each) => each.callbackId !== callbackId)
  switch (fact.type) {
    case 'callback.opened':
      return [...others(), opened(fact)]
    case 'callback.merged':
      return change({ missedCalls: fact.data.missedCalls })
    case 'callback.attempted':
      return change({ state: 'attempting' })
    case 'callback.failed':
      return change({ state: 'resting', attempts: fact.data.attempts, notBefore: iso(fact.data.notBefore) })
    case 'callback.closed':
      return others()
    default:
      // Reached or expired: the fact that it is closed follows.
      return list
  }
}

function opened({ time, data }: Extract<CallbackFact, { type: 'callback.opened' }>): Callback {
  const { callerNumber: number, expiresAt, ...rest } = data
  const atFirst = { state: 'resting', openedAt: time, attempts: 0, notBefore: null }
  return { ...rest, ...atFirst, number, expiresAt: new Date(expiresAt).toISOString() }
}

const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString())
