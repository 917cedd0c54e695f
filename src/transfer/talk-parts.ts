import { messageOf } from '../kernel/index.ts'
import { TalkFacts } from './talk-facts.ts'
import type { TalkOptions } from './talk-options.ts'
import { TalkStates } from './talk-states.ts'
import { TalkSteps } from './talk-steps.ts'

/** What the parts of a talk share. */
export interface TalkParts extends TalkOptions {
  readonly states: TalkStates
  readonly steps: TalkSteps
  readonly facts: TalkFacts
  /** A step failed at the switch: who is gone tells so by the leg's end. */
  readonly complain: (error: unknown) => void
}

export function talkParts(options: TalkOptions): TalkParts {
  const { callId, logger } = options
  const states = new TalkStates()
  const complain = (error: unknown) =>
    logger.warn({ callId, state: states.state, reason: messageOf(error) }, 'a step of the talk failed at the switch')
  const steps = new TalkSteps({ ...options, onFailed: complain })
  return { ...options, states, steps, facts: new TalkFacts(options), complain }
}
