import { setup } from 'xstate'

/**
 * ringing -ANSWERED-> attached -CHANGE-> attached.   ringing -CHANGE-> ringing (what is wanted once it answers).
 * attached -TAKE_OVER-> takingOver -TAKEN-> over.   takingOver -NOT_TAKEN-> attached.   ENDED leads to over from anywhere, once.
 *
 * In `attached` the supervisor listens, whispers or barges in: which of them is the mode, not the state.
 */
export type MonitorState = 'ringing' | 'attached' | 'takingOver' | 'over'

export type MonitorInput = {
  readonly type: 'ANSWERED' | 'CHANGE' | 'TAKE_OVER' | 'TAKEN' | 'NOT_TAKEN' | 'ENDED'
}

const ended = { ENDED: { target: 'over' } } as const

export const monitorMachine = setup({ types: { events: {} as MonitorInput } }).createMachine({
  id: 'monitor',
  initial: 'ringing',
  states: {
    ringing: { on: { ...ended, ANSWERED: { target: 'attached' }, CHANGE: { target: 'ringing' } } },
    attached: { on: { ...ended, CHANGE: { target: 'attached' }, TAKE_OVER: { target: 'takingOver' } } },
    takingOver: { on: { ...ended, TAKEN: { target: 'over' }, NOT_TAKEN: { target: 'attached' } } },
    over: { type: 'final' },
  },
})
