import { type Match, Matchmaker, type ReadyAgent, type WaitingCaller } from './matchmaker.ts'

/**
 * Carries a match out. Returns false when the agent turned out not to be ready any more, which the state of the
 * agent decides and nobody else; the caller then keeps the place and the next agent is tried.
 */
export type OfferMatch = (match: Match) => boolean

/** Brings callers and agents together the moment either appears. Knows nothing of phones, switches or SQL. */
export class Dispatcher {
  readonly #matchmaker = new Matchmaker()
  readonly #offer: OfferMatch

  constructor({ offer }: { offer: OfferMatch }) {
    this.#offer = offer
  }

  /** A caller begins to wait, or waits again with the old place after an offer failed. */
  enqueue(caller: WaitingCaller): void {
    this.#matchmaker.addCaller(caller)
    this.#carryOut(() => this.#matchmaker.matchCaller(caller.callId))
  }

  /** The caller waits no longer; one who does not wait is no error. */
  withdraw(callId: string): void {
    this.#matchmaker.removeCaller(callId)
  }

  agentReady(agent: ReadyAgent): void {
    this.#matchmaker.addAgent(agent)
    this.#carryOut(() => this.#matchmaker.matchAgent(agent.agentId))
  }

  agentNotReady(agentId: string): void {
    this.#matchmaker.removeAgent(agentId)
  }

  /** Place of a caller among those with the same needs, from 1. */
  position(callId: string): number | undefined {
    return this.#matchmaker.position(callId)
  }

  /** How many wait. */
  get waitingNow(): number {
    return this.#matchmaker.waiting
  }

  waiting(): readonly WaitingCaller[] {
    return this.#matchmaker.callers()
  }

  #carryOut(next: () => Match | undefined): void {
    for (let match = next(); match; match = next()) {
      if (this.#offer(match)) return
      // The agent is gone from the pool; the caller goes back to the same place and the search goes on.
      this.#matchmaker.addCaller(match.caller)
    }
  }
}
