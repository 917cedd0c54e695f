import { setup } from 'xstate'

/**
 * talking -HOLD-> held -RETRIEVE-> talking.   talking | held -CONSULT-> consulting -ANSWERED-> consulted
 * consulting -FAILED-> talking.   consulting | consulted -RETURN-> talking.   consulted -THIRD_GONE-> talking.
 * consulted -JOIN-> conference -THIRD_GONE-> talking.   consulted -COMPLETE-> transferred.
 * talking | held -TRANSFER-> transferring -ANSWERED-> transferred.   transferring -FAILED | RETURN-> talking.
 * consulted | conference -AGENT_GONE-> transferred.   consulting | transferring -AGENT_GONE-> orphaned
 * talking | held -ADVISE-> advising -ADVISED | RETRIEVE-> talking.
 * transferred -FAILED-> talking, when the two could not be joined.
 * orphaned -ANSWERED-> transferred.   orphaned -FAILED-> lost.   talking | held | advising -AGENT_GONE-> over.
 *
 * From `transferred` on, caller and third party talk alone. In `lost` the caller is nobody's and is queued again.
 */
export type TalkState =
  | 'talking'
  | 'held'
  | 'advising'
  | 'consulting'
  | 'consulted'
  | 'conference'
  | 'transferring'
  | 'orphaned'
  | 'transferred'
  | 'lost'
  | 'over'

/** What a person asks for, and what the switch observes. */
export type TalkInput = {
  readonly type:
    | 'HOLD'
    | 'RETRIEVE'
    | 'ADVISE'
    | 'ADVISED'
    | 'CONSULT'
    | 'TRANSFER'
    | 'RETURN'
    | 'JOIN'
    | 'COMPLETE'
    | 'ANSWERED'
    | 'FAILED'
    | 'THIRD_GONE'
    | 'AGENT_GONE'
}

const fromTalk = {
  CONSULT: { target: 'consulting' },
  TRANSFER: { target: 'transferring' },
  ADVISE: { target: 'advising' },
  AGENT_GONE: { target: 'over' },
} as const
const back = { target: 'talking' } as const
const transferred = { target: 'transferred' } as const

export const transferMachine = setup({ types: { events: {} as TalkInput } }).createMachine({
  id: 'transfer',
  initial: 'talking',
  states: {
    talking: { on: { ...fromTalk, HOLD: { target: 'held' } } },
    held: { on: { ...fromTalk, RETRIEVE: back } },
    advising: { on: { ADVISED: back, RETRIEVE: back, AGENT_GONE: { target: 'over' } } },
    consulting: {
      on: { ANSWERED: { target: 'consulted' }, FAILED: back, RETURN: back, AGENT_GONE: { target: 'orphaned' } },
    },
    consulted: {
      on: {
        RETURN: back,
        THIRD_GONE: back,
        JOIN: { target: 'conference' },
        COMPLETE: transferred,
        AGENT_GONE: transferred,
      },
    },
    conference: { on: { THIRD_GONE: back, AGENT_GONE: transferred } },
    transferring: { on: { ANSWERED: transferred, FAILED: back, RETURN: back, AGENT_GONE: { target: 'orphaned' } } },
    orphaned: { on: { ANSWERED: transferred, FAILED: { target: 'lost' } } },
    transferred: { on: { FAILED: back } },
    lost: { type: 'final' },
    over: { type: 'final' },
  },
})
