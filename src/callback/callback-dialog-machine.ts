import { assign, setup } from 'xstate'

/**
 * offering -(1)-> confirming, or entering when no number is shown.   confirming -(1)-> accepted, -(2)-> entering
 * entering -(# or silence)-> checking -(may be called)-> confirming, -(may not)-> entering, the third time declined.
 * Any other key, and silence, lead to declined: the caller waits on. checking is passed through without stopping.
 */
export type DialogState = 'offering' | 'confirming' | 'entering' | 'checking' | 'accepted' | 'declined'

export type DialogInput = { readonly type: 'DIGIT'; readonly digit: string } | { readonly type: 'SILENCE' }

export interface DialogContext {
  /** The number to be confirmed. */
  readonly number: string | undefined
  readonly entered: string
  /** Numbers entered that may not be called. */
  readonly faults: number
}

const longestNumber = 20
const faultsAtMost = 2

/** `number` is the caller's own, if it may be called back; `allowed` says whether another one may. */
export function callbackDialogMachine({
  number,
  allowed,
}: {
  number: string | undefined
  allowed: (number: string) => boolean
}) {
  const key =
    (digit: string) =>
    ({ event }: { event: DialogInput }) =>
      event.type === 'DIGIT' && event.digit === digit
  return setup({
    types: { context: {} as DialogContext, events: {} as DialogInput },
    guards: {
      one: key('1'),
      two: key('2'),
      hash: key('#'),
      star: key('*'),
      oneWithoutNumber: ({ context, event }) => key('1')({ event }) && context.number === undefined,
      nothingEntered: ({ context }) => context.entered === '',
      mayBeCalled: ({ context }) => allowed(context.entered),
      tooManyFaults: ({ context }) => context.faults >= faultsAtMost,
    },
    actions: {
      clear: assign({ entered: '' }),
      note: assign({
        entered: ({ context, event }) =>
          event.type === 'DIGIT' ? `${context.entered}${event.digit}`.slice(0, longestNumber) : context.entered,
      }),
      propose: assign({ number: ({ context }) => context.entered, entered: '' }),
      fault: assign({ faults: ({ context }) => context.faults + 1, entered: '' }),
    },
  }).createMachine({
    id: 'callbackDialog',
    initial: 'offering',
    context: { number, entered: '', faults: 0 },
    states: {
      offering: {
        on: {
          DIGIT: [
            { guard: 'oneWithoutNumber', target: 'entering' },
            { guard: 'one', target: 'confirming' },
            { target: 'declined' },
          ],
          SILENCE: { target: 'declined' },
        },
      },
      confirming: {
        on: {
          DIGIT: [
            { guard: 'one', target: 'accepted' },
            { guard: 'two', target: 'entering', actions: 'clear' },
            { target: 'declined' },
          ],
          SILENCE: { target: 'declined' },
        },
      },
      entering: {
        on: {
          DIGIT: [{ guard: 'hash', target: 'checking' }, { guard: 'star', actions: 'clear' }, { actions: 'note' }],
          SILENCE: [{ guard: 'nothingEntered', target: 'declined' }, { target: 'checking' }],
        },
      },
      checking: {
        always: [
          { guard: 'mayBeCalled', target: 'confirming', actions: 'propose' },
          { guard: 'tooManyFaults', target: 'declined' },
          { target: 'entering', actions: 'fault' },
        ],
      },
      accepted: { type: 'final' },
      declined: { type: 'final' },
    },
  })
}
