import { assign, setup } from 'xstate'
import type { PromptRef } from './menu-snapshot.ts'
import {
  afterKey,
  afterRestore,
  afterSilence,
  firstPlace,
  type IvrResult,
  menuAt,
  type Place,
  promptsAt,
  toPerson,
  type Walk,
} from './menu-steps.ts'

/** What the session is told. `turn` is that of the command it answers; without it the latest is meant. */
export type IvrInput =
  | { readonly type: 'DIGIT'; readonly digit: string }
  | { readonly type: 'PLAYED'; readonly turn?: number }
  | { readonly type: 'TIMEOUT'; readonly turn?: number }

type MachineInput = IvrInput | { readonly type: 'RESUME' }

/**
 * moving -(a menu)-> prompting -PLAYED-> listening -TIMEOUT-> moving
 *   |                    |                   |
 *   |                    +---- DIGIT --------+----> moving (next menu, same menu again, or leaving)
 *   |
 *   +-(leaving, something to say)-> announcing -PLAYED | DIGIT-> finished
 *   +-(leaving)-> finished
 *
 * moving is passed through without stopping. RESUME, after a restart of the service, says again what the caller may
 * have missed. A key leaves prompting at once, so keys pressed ahead are used through any number of levels.
 */
export function ivrMachine(walk: Walk) {
  return setup({
    types: { context: {} as Place, events: {} as MachineInput },
    actions: {
      play: decided<{ prompts: readonly PromptRef[]; turn: number }>,
      stopPlaying: decided<undefined>,
      listen: decided<{ ms: number; turn: number }>,
      done: decided<{ result: IvrResult | undefined }>,
      takeKey: assign(({ context, event }) =>
        event.type === 'DIGIT' ? afterKey(walk, context, event.digit) : context,
      ),
      takeSilence: assign(({ context }) => afterSilence(walk, context)),
      takePerson: assign(({ context }) => toPerson(walk, context, 'asked-for-person')),
      takeRestore: assign(({ context }) => afterRestore(walk, context)),
      countTurn: assign({ turn: ({ context }) => context.turn + 1 }),
      forgetLead: assign({ lead: [] }),
    },
    guards: {
      leaves: ({ context }) => context.leaving !== undefined && context.lead.length === 0,
      announces: ({ context }) => context.leaving !== undefined,
      isCurrent: ({ context, event }) => !('turn' in event) || event.turn === undefined || event.turn === context.turn,
      asksForPerson: ({ event }) => event.type === 'DIGIT' && event.digit === '0',
      entersQueue: ({ context }) => context.leaving?.kind === 'queue',
    },
  }).createMachine({
    id: 'ivr',
    context: () => firstPlace(walk),
    initial: 'moving',
    on: { RESUME: { target: '.moving', actions: ['takeRestore', 'stopPlaying'] } },
    states: {
      moving: {
        always: [
          { guard: 'leaves', target: 'finished' },
          { guard: 'announces', target: 'announcing' },
          { target: 'prompting' },
        ],
      },
      prompting: {
        entry: ['countTurn', { type: 'play', params: ({ context }) => saying(walk, context) }],
        on: {
          DIGIT: { target: 'moving', actions: ['stopPlaying', 'takeKey'] },
          PLAYED: { guard: 'isCurrent', target: 'listening' },
        },
      },
      listening: {
        entry: ['countTurn', 'forgetLead', { type: 'listen', params: ({ context }) => waiting(walk, context) }],
        on: {
          DIGIT: { target: 'moving', actions: 'takeKey' },
          TIMEOUT: { guard: 'isCurrent', target: 'moving', actions: 'takeSilence' },
        },
      },
      announcing: {
        entry: ['countTurn', { type: 'play', params: ({ context }) => saying(walk, context) }],
        on: {
          PLAYED: { guard: 'isCurrent', target: 'finished' },
          // Before a queue any key skips the words; before a hang-up only 0 counts, and leads to a person.
          DIGIT: [
            { guard: 'asksForPerson', target: 'finished', actions: ['stopPlaying', 'takePerson'] },
            { guard: 'entersQueue', target: 'finished', actions: 'stopPlaying' },
          ],
        },
      },
      finished: {
        type: 'final',
        entry: { type: 'done', params: ({ context }) => ({ result: context.leaving }) },
      },
    },
  })
}

/** The machine decides only: an action is named and carried out by whoever drives the session. */
function decided<Params>(_event: unknown, _params: Params): void {}

function saying(walk: Walk, place: Place): { prompts: readonly PromptRef[]; turn: number } {
  return { prompts: promptsAt(walk, place), turn: place.turn }
}

function waiting(walk: Walk, place: Place): { ms: number; turn: number } {
  return { ms: (menuAt(walk, place)?.waitSeconds ?? 0) * 1000, turn: place.turn }
}
