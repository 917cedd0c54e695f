import { setup } from 'xstate'

/**
 * preparing -READY-> greeting -PLAYED-> recording -SPOKEN-> reviewing -ACCEPT-> keeping -KEPT-> ending
 * recording -NOTHING-> preparing (a message was too short), the third time -GIVE_UP-> ending.
 * reviewing -REPLAY-> replaying -PLAYED-> reviewing.   reviewing | replaying -AGAIN-> preparing.
 * replaying -ACCEPT-> keeping.   FAIL leads to apologising from anywhere before the end.
 * LEAVE leads to left from anywhere: the caller hung up.
 */
export type VoicemailState =
  | 'preparing'
  | 'greeting'
  | 'recording'
  | 'reviewing'
  | 'replaying'
  | 'keeping'
  | 'ending'
  | 'apologising'
  | 'left'

export type VoicemailInput = {
  readonly type:
    | 'READY'
    | 'PLAYED'
    | 'SPOKEN'
    | 'NOTHING'
    | 'GIVE_UP'
    | 'REPLAY'
    | 'AGAIN'
    | 'ACCEPT'
    | 'KEPT'
    | 'FAIL'
    | 'LEAVE'
}

const anytime = { FAIL: { target: 'apologising' }, LEAVE: { target: 'left' } } as const

export const voicemailMachine = setup({ types: { events: {} as VoicemailInput } }).createMachine({
  id: 'voicemail',
  initial: 'preparing',
  states: {
    preparing: { on: { ...anytime, READY: { target: 'greeting' } } },
    greeting: { on: { ...anytime, PLAYED: { target: 'recording' } } },
    recording: {
      on: {
        ...anytime,
        SPOKEN: { target: 'reviewing' },
        NOTHING: { target: 'preparing' },
        GIVE_UP: { target: 'ending' },
      },
    },
    reviewing: {
      on: {
        ...anytime,
        REPLAY: { target: 'replaying' },
        AGAIN: { target: 'preparing' },
        ACCEPT: { target: 'keeping' },
      },
    },
    replaying: {
      on: {
        ...anytime,
        PLAYED: { target: 'reviewing' },
        AGAIN: { target: 'preparing' },
        ACCEPT: { target: 'keeping' },
      },
    },
    keeping: { on: { ...anytime, KEPT: { target: 'ending' } } },
    ending: { on: { LEAVE: { target: 'left' } } },
    apologising: { on: { LEAVE: { target: 'left' } } },
    left: { type: 'final' },
  },
})
