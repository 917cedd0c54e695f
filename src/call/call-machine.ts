import { setup } from 'xstate'

/**
 * arriving -ACCEPTED-> menu -QUEUED-> queued -OFFERED-> ringing -ANSWERED-> connecting -BRIDGED-> talking
 * ringing -OFFER_FAILED-> queued.   connecting -BRIDGE_FAILED-> queued.   queued -QUEUED-> queued (overflow).
 * talking -LEFT_ALONE-> queued (the agent went while a third party rang, and that did not answer).
 * talking -RATING-> rating (the agent hung up, the caller is asked).
 * menu | queued -VOICEMAIL-> voicemail (nobody is there: the caller leaves a message).
 * arriving -QUEUED-> queued (restored after a restart).   RELEASED leads to released from anywhere, once.
 *
 * A call out: arriving -PLACED-> placing (the agent's phone rings) -AGENT_READY-> reaching (the citizen's rings)
 * -ANSWERED-> connecting.
 */
export type CallState =
  | 'arriving'
  | 'menu'
  | 'queued'
  | 'ringing'
  | 'placing'
  | 'reaching'
  | 'connecting'
  | 'talking'
  | 'voicemail'
  | 'rating'
  | 'released'

export type CallInput = {
  readonly type:
    | 'ACCEPTED'
    | 'QUEUED'
    | 'OFFERED'
    | 'PLACED'
    | 'AGENT_READY'
    | 'OFFER_FAILED'
    | 'ANSWERED'
    | 'BRIDGED'
    | 'BRIDGE_FAILED'
    | 'LEFT_ALONE'
    | 'VOICEMAIL'
    | 'RATING'
    | 'RELEASED'
}

const released = { RELEASED: { target: 'released' } } as const

export const callMachine = setup({ types: { events: {} as CallInput } }).createMachine({
  id: 'call',
  initial: 'arriving',
  states: {
    arriving: {
      on: { ...released, ACCEPTED: { target: 'menu' }, QUEUED: { target: 'queued' }, PLACED: { target: 'placing' } },
    },
    placing: { on: { ...released, AGENT_READY: { target: 'reaching' } } },
    reaching: { on: { ...released, ANSWERED: { target: 'connecting' } } },
    menu: { on: { ...released, QUEUED: { target: 'queued' }, VOICEMAIL: { target: 'voicemail' } } },
    queued: {
      on: {
        ...released,
        QUEUED: { target: 'queued' },
        OFFERED: { target: 'ringing' },
        VOICEMAIL: { target: 'voicemail' },
      },
    },
    ringing: { on: { ...released, OFFER_FAILED: { target: 'queued' }, ANSWERED: { target: 'connecting' } } },
    connecting: { on: { ...released, BRIDGED: { target: 'talking' }, BRIDGE_FAILED: { target: 'queued' } } },
    talking: { on: { ...released, LEFT_ALONE: { target: 'queued' }, RATING: { target: 'rating' } } },
    rating: { on: released },
    voicemail: { on: released },
    released: { type: 'final' },
  },
})
