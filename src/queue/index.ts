/**
 * Which caller gets which agent, and what happens to those who wait for long. Knows nothing of phones, switches or
 * SQL.
 */
export { ComfortLoop } from './comfort-loop.ts'
export { Dispatcher, type OfferMatch } from './dispatcher.ts'
export { ExpectedWait } from './expected-wait.ts'
export { type Match, Matchmaker, type ReadyAgent, type WaitingCaller } from './matchmaker.ts'
export { OverflowChain } from './overflow-chain.ts'
export {
  overflowAction,
  overflowActionForms,
  overflowChain,
  overflowFaults,
  toOverflowAction,
  toOverflowChain,
} from './overflow-file.ts'
export type { AfterMaxWait, OverflowStep, QueueConfig, RelaxStep } from './queue-config.ts'
export { relaxedSkills } from './relaxed-skills.ts'
