import { step } from '../../kernel/index.ts'
import { InputNotYours, TransitionRefused } from './errors.ts'
import { inputSenders } from './input-senders.ts'
import { reasonOf } from './refusal-reasons.ts'
import type { Actor, TicketContext } from './ticket-context.ts'
import type { InputType, TicketInput } from './ticket-inputs.ts'
import { type TicketState, ticketMachine } from './ticket-machine.ts'

/** What is stored of a ticket's machine. */
export interface TicketSnapshot {
  readonly state: TicketState
  readonly context: TicketContext
}

/**
 * What follows from an input; nothing is done. Throws {@link InputNotYours}, or {@link TransitionRefused} with the inputs
 * that are possible and the reason against this one.
 */
export function advance({ state, context }: TicketSnapshot, input: TicketInput): TicketSnapshot {
  const senders = inputSenders[input.type]
  if (!senders.includes(input.by.role)) {
    throw new InputNotYours(`${input.type} is sent by ${senders.join(', ')}, and not by ${input.by.role}`)
  }
  const snapshot = ticketMachine.resolveState({ value: state, context })
  if (!snapshot.can(input)) throw refusal({ state, context }, input)
  const [next] = step(ticketMachine, snapshot, input)
  const reached = next.value
  if (reached === state) return { state, context: next.context }
  return { state: reached, context: { ...next.context, entered: { ...next.context.entered, [reached]: input.at } } }
}

/** The inputs a state takes from a role, whether their conditions hold now or not. */
export function inputsOf(state: TicketState, role?: Actor['role']): InputType[] {
  const inputs = nodeOf(state).ownEvents as InputType[]
  return role === undefined ? inputs : inputs.filter((type) => inputSenders[type].includes(role))
}

function refusal({ state, context }: TicketSnapshot, input: TicketInput): TransitionRefused {
  const possible = inputsOf(state).join(', ') || 'none'
  const transitions = nodeOf(state).transitions.get(input.type) ?? []
  const guard = transitions.at(-1)?.guard
  const name = typeof guard === 'string' ? guard : undefined
  const why = transitions.length === 0 ? `it is not possible in state ${state}` : reasonOf(name, context, input)
  return new TransitionRefused(`${input.type}: ${why}. Possible in state ${state}: ${possible}`)
}

function nodeOf(state: TicketState) {
  const node = ticketMachine.states[state]
  if (!node) throw new Error(`the machine has no state ${state}`)
  return node
}
