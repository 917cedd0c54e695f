import { setup } from 'xstate'

/**
 * talking -HOLD-> held -RETRIEVE-> talking.   talking | held -CONSULT-> consulting -ANSWERED-> consulted
 * consulting -FAILED-> talking.   consulting | consulted -RETURN-> talking.   consulted -THIRD_GONE-> talking.
 * consulted -JOIN-> conference -THIRD_GONE-> talking.   consulted -COMPLETE-> transferred.
 * talking | held -TRANSFER-> transferring -ANSWERED-> transferred.   transferring -FAILED | RETURN-> talking.
 * consulted | conference -AGENT_GONE-> transferred.   consulting | transferring -AGENT_GONE-> orphaned
 * talking | held -ADVISE-> advising -ADVISED | RETRIEVE-> talking.
 * talking … transferring -EMERGENCY-> alarming -ANSWERED-> conference.   alarming -FAILED | RETURN-> talking, -AGENT_GONE-> orphaned.
 * conference -COMPLETE-> transferred.   conference -RETURN-> talking.
 * transferred -FAILED-> talking, when the two could not be joined.
 * orphaned -ANSWERED-> transferred.   orphaned -FAILED-> lost.   talking | held | advising -AGENT_GONE-> over.
 *
 * In `alarming` an emergency service rings while citizen and agent go on talking. From `transferred` on, caller and third party talk alone. In `lost` the caller is nobody's and is queued again.
 */
export type TalkState =
  | 'talking'
  | 'held'
  | 'advising'
  | 'consulting'
  | 'consulted'
  | 'conference'
  | 'transferring'
  | 'alarming'
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
    | 'EMERGENCY'
    | 'ANSWERED'
    | 'FAILED'
    | 'THIRD_GONE'
    | 'AGENT_GONE'
}

const alarm = { EMERGENCY: { target: 'alarming' } } as const
const fromTalk = {
  ...alarm,
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
    advising: { on: { ...alarm, ADVISED: back, RETRIEVE: back, AGENT_GONE: { target: 'over' } } },
    consulting: {
      on: {
        ...alarm,
        ANSWERED: { target: 'consulted' },
        FAILED: back,
        RETURN: back,
        AGENT_GONE: { target: 'orphaned' },
      },
    },
    consulted: {
      on: {
        ...alarm,
        RETURN: back,
        THIRD_GONE: back,
        JOIN: { target: 'conference' },
        COMPLETE: transferred,
        AGENT_GONE: transferred,
      },
    },
    conference: { on: { ...alarm, RETURN: back, COMPLETE: transferred, THIRD_GONE: back, AGENT_GONE: transferred } },
    transferring: {
      on: { ...alarm, ANSWERED: transferred, FAILED: back, RETURN: back, AGENT_GONE: { target: 'orphaned' } },
    },
    alarming: {
      on: { ANSWERED: { target: 'conference' }, FAILED: back, RETURN: back, AGENT_GONE: { target: 'orphaned' } },
    },
    orphaned: { on: { ANSWERED: transferred, FAILED: { target: 'lost' } } },
    transferred: { on: { FAILED: back } },
    lost: { type: 'final' },
    over: { type: 'final' },
  },
})
