import { setup } from 'xstate'

/**
 * resting -DUE-> inLine -CLAIM-> attempting -REACHED-> closed.   attempting -NOT_REACHED-> resting
 * inLine -REST-> resting (night).   resting -CLAIM-> attempting (an agent took it from the list).
 * CANCEL closes what nobody is calling just now. CLOSE, once the citizen got through or the time is over, leads to closed
 * from anywhere.
 */
export type CallbackState = 'resting' | 'inLine' | 'attempting' | 'closed'

export type CallbackInput = {
  readonly type: 'DUE' | 'REST' | 'CLAIM' | 'REACHED' | 'NOT_REACHED' | 'CANCEL' | 'CLOSE'
}

const closed = { target: 'closed' } as const
const unattended = { CANCEL: closed, CLOSE: closed, CLAIM: { target: 'attempting' } } as const

export const callbackMachine = setup({ types: { events: {} as CallbackInput } }).createMachine({
  id: 'callback',
  initial: 'resting',
  states: {
    resting: { on: { ...unattended, DUE: { target: 'inLine' } } },
    inLine: { on: { ...unattended, REST: { target: 'resting' } } },
    attempting: { on: { REACHED: closed, NOT_REACHED: { target: 'resting' }, CLOSE: closed } },
    closed: { type: 'final' },
  },
})
