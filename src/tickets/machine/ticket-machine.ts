import { assign, type SnapshotFrom, setup } from 'xstate'
import type { CallRating, TicketContext } from './ticket-context.ts'
import { noticeKey, ticketGuards } from './ticket-guards.ts'
import type { InputOf, InputType, TicketInput } from './ticket-inputs.ts'

/** Grows when stored tickets of the version before would not fit any more; see `machine-versions.ts`. */
export const ticketMachineVersion = 1

const on =
  <T extends InputType>(change: (context: TicketContext, input: InputOf<T>) => Partial<TicketContext>) =>
  ({ context, event }: { context: TicketContext; event: TicketInput }) =>
    change(context, event as InputOf<T>)

/** The clock of handling begins with the first dispatch, and anew where the rules say so. */
function dispatchTo(context: TicketContext, { unit, at }: InputOf<'DISPATCH'>): Partial<TicketContext> {
  const { unitId = '', path = '', partner = false } = unit ?? {}
  const begins = context.handlingSince === null
  return {
    unit: { unitId, path, partner },
    unitSince: at,
    handlingSince: context.handlingSince ?? at,
    handlingRound: context.handlingRound + (begins ? 1 : 0),
    returnReason: null,
  }
}

function visited(context: TicketContext, input: InputOf<'VISIT'>): Partial<TicketContext> {
  const { at, by, channel, reached, resolved = null, satisfied = null, comment = '' } = input
  const visit = { at, by: by.id, channel, reached, resolved, satisfied, comment }
  const said = reached ? { resolved, satisfied } : {}
  return { visits: [...context.visits, visit], ...said }
}

/** 4 and 5 are satisfied, 1 and 2 are not; 3 is neither. */
function opinion(rated: CallRating | null): boolean | null {
  if (rated === null || rated.rating === 3) return null
  return rated.rating > 3
}

const ended = (closedBy: TicketContext['closedBy']) => ({ closedBy, unit: null, extension: null })

const machine = setup({
  types: { context: {} as TicketContext, events: {} as TicketInput, input: {} as TicketContext },
  guards: ticketGuards,
  actions: {
    register: assign(
      on<'REGISTER'>((_, { kind, urgency = 'ordinary', investigation = false }) => ({ kind, urgency, investigation })),
    ),
    answer: assign(
      on<'ANSWER'>((context, { kind, answer }) => ({
        kind: kind ?? context.kind ?? 'consultation',
        answer,
        // The talk was all there was: what the caller said of it is the word on the matter, until a visit brings another.
        satisfied: opinion(context.callRating),
        ...ended('answered'),
      })),
    ),
    // A branch that answered is not the centre answering at once [3]: the two are never counted together.
    branchAnswer: assign(
      on<'BRANCH_ANSWER'>((_, { unit }) => ({
        ...ended('branch'),
        kind: 'call' as const,
        unit: unit && { unitId: unit.unitId, path: unit.path, partner: unit.partner },
      })),
    ),
    endVoided: assign(() => ended('voided')),
    endNotAccepted: assign(() => ended('notAccepted')),
    endWithdrawn: assign(() => ended('withdrawn')),
    endReplied: assign({ closedBy: 'replied' }),
    merge: assign(on<'MERGE'>((_, { parentId }) => ({ parentId, unit: null, extension: null }))),
    endMerged: assign({ closedBy: 'merged' }),
    unmerge: assign({ parentId: null }),
    dispatch: assign(on<'DISPATCH'>(dispatchTo)),
    handDown: assign(on<'DISPATCH'>((context, input) => ({ ...dispatchTo(context, input), unitSince: input.at }))),
    takeBack: assign({ unit: null, returnReason: null, extension: null }),
    askReturn: assign(on<'RETURN'>((_, { reason }) => ({ returnReason: reason }))),
    countReturn: assign(({ context }) => ({ returns: context.returns + 1 })),
    stopClock: assign({ handlingSince: null }),
    keepUnit: assign({ returnReason: null }),
    askExtension: assign(
      on<'REQUEST_EXTENSION'>((_, { at, until, grounds }) => ({
        extension: { askedAt: at, until: Date.parse(until), grounds, decision: 'open' },
      })),
    ),
    extend: assign(({ context }) => ({
      extension: context.extension && { ...context.extension, decision: 'approved' as const },
      extensions: context.extensions + 1,
      handlingRound: context.handlingRound + 1,
    })),
    refuseExtension: assign(({ context }) => ({
      extension: context.extension && { ...context.extension, decision: 'refused' as const },
    })),
    noteSent: assign(
      on<'REMIND' | 'URGE' | 'CRITICISE'>((context, { at, stage, type }) => ({
        sent: { ...context.sent, [noticeKey(context, stage, type)]: at },
      })),
    ),
    countUrging: assign(({ context }) => ({ urged: context.urged + 1 })),
    countCriticism: assign(({ context }) => ({ criticised: context.criticised + 1 })),
    countSupervision: assign(({ context }) => ({ supervised: context.supervised + 1 })),
    countEscalation: assign(({ context }) => ({ escalated: context.escalated + 1 })),
    countCallOut: assign(({ context }) => ({ calledOut: context.calledOut + 1, urgency: 'urgent' as const })),
    instruct: assign({ leaderInstructed: true }),
    rate: assign(on<'RATE'>((_, { at, rating, agentId }) => ({ callRating: { at, rating, agentId } }))),
    takeAsOpinion: assign(({ context }) => ({ satisfied: context.satisfied ?? opinion(context.callRating) })),
    noteVisit: assign(on<'VISIT'>(visited)),
    rework: assign(({ context, event }) => ({
      reworks: context.reworks + 1,
      handlingSince: event.at,
      handlingRound: context.handlingRound + 1,
      extension: null,
    })),
    reopen: assign(({ context }) => ({
      reopened: context.reopened + 1,
      closedBy: null,
      unit: null,
      handlingSince: null,
      resolved: null,
      satisfied: null,
      visits: [],
      parentId: null,
    })),
  },
})

/** The caller presses the key when the agent has hung up, whatever became of the ticket meanwhile. */
const rating = { RATE: { actions: 'rate' } } as const

/** What the centre and the clock may do to any open ticket without moving it. */
const asides = {
  REMIND: { guard: 'maySend', actions: 'noteSent' },
  URGE: { guard: 'maySend', actions: ['noteSent', 'countUrging'] },
  CRITICISE: { guard: 'mayCriticise', actions: ['noteSent', 'countCriticism'] },
  SUPERVISE: { actions: 'countSupervision' },
  ESCALATE: { actions: 'countEscalation' },
  INSTRUCT: { actions: 'instruct' },
  CALL_OUT: { actions: 'countCallOut' },
  ...rating,
} as const

const endings = {
  WITHDRAW: { target: 'withdrawn', actions: 'endWithdrawn' },
  MERGE: { target: 'merged', actions: 'merge' },
} as const

/** What the first receiver or the centre may do before a unit has it. */
const triage = {
  ANSWER: { target: 'answered', actions: 'answer' },
  NOT_ACCEPT: { target: 'notAccepted', actions: 'endNotAccepted' },
} as const

const withUnit = {
  RETURN: { target: 'returned', guard: 'mayReturn', actions: 'askReturn' },
  RECALL: { target: 'accepted', actions: ['takeBack', 'stopClock'] },
} as const

const extending = {
  REQUEST_EXTENSION: { guard: 'mayExtend', actions: 'askExtension' },
  APPROVE_EXTENSION: { guard: 'extensionAsked', actions: 'extend' },
  REFUSE_EXTENSION: { guard: 'extensionAsked', actions: 'refuseExtension' },
} as const

const handDown = { HAND_DOWN: { target: 'dispatched', guard: 'belowInService', actions: 'handDown' } } as const

/**
 * A ticket (工单) from the call to the archive:
 *
 * draft -REGISTER-> registered -ACCEPT-> accepted -DISPATCH-> dispatched -SIGN-> signed -START-> handling -REPLY-> replied
 * -REVIEW-> review -PASS-> returnVisit -VISIT-> closed -ARCHIVE-> archived.
 * ANSWER by whoever took the call leads to answered, as does BRANCH_ANSWER by a branch hotline; NOT_ACCEPT, WITHDRAW, MERGE and VOID to ends of their own. A unit's
 * RETURN waits in returned for the centre. Asides (URGE, CRITICISE, SUPERVISE, …) move nothing.
 */
export const ticketMachine = machine.createMachine({
  id: 'ticket',
  initial: 'draft',
  context: ({ input }) => input,
  states: {
    draft: {
      on: {
        REGISTER: { target: 'registered', actions: 'register' },
        ANSWER: triage.ANSWER,
        BRANCH_ANSWER: { target: 'answered', actions: 'branchAnswer' },
        VOID: { target: 'voided', actions: 'endVoided' },
        ...rating,
      },
    },
    registered: { on: { ACCEPT: 'accepted', ...triage, ...endings, ...asides } },
    accepted: {
      on: {
        DISPATCH: { target: 'dispatched', guard: 'inService', actions: 'dispatch' },
        ...triage,
        ...endings,
        ...asides,
      },
    },
    dispatched: { on: { SIGN: 'signed', ...withUnit, ...endings, ...asides } },
    returned: {
      on: {
        UPHOLD_RETURN: [
          { target: 'accepted', guard: 'returnRestartsClock', actions: ['countReturn', 'takeBack', 'stopClock'] },
          { target: 'accepted', actions: ['countReturn', 'takeBack'] },
        ],
        REFUSE_RETURN: { target: 'dispatched', actions: 'keepUnit' },
        ...endings,
        ...asides,
      },
    },
    signed: { on: { START: 'handling', ...handDown, ...withUnit, ...extending, ...endings, ...asides } },
    handling: { on: { REPLY: 'replied', ...handDown, ...withUnit, ...extending, ...endings, ...asides } },
    replied: { on: { REVIEW: 'review', ...asides } },
    review: { on: { PASS: 'returnVisit', SEND_BACK: 'handling', ...asides } },
    returnVisit: {
      on: {
        VISIT: [
          { target: 'handling', guard: 'notSolvedMayRework', actions: ['noteVisit', 'rework'] },
          { target: 'closed', guard: 'reachedOrLastAttempt', actions: ['noteVisit', 'endReplied'] },
          { guard: 'mayVisit', actions: 'noteVisit' },
        ],
        ...asides,
      },
    },
    answered: {
      on: {
        VISIT: { guard: 'mayVisit', actions: 'noteVisit' },
        ARCHIVE: { target: 'archived', guard: 'visitDone' },
        RATE: { actions: ['rate', 'takeAsOpinion'] },
        REOPEN: { target: 'registered', actions: 'reopen' },
      },
    },
    merged: {
      on: {
        UNMERGE: { target: 'accepted', actions: 'unmerge' },
        CLOSE_WITH_PARENT: { target: 'closed', actions: 'endMerged' },
        ...rating,
      },
    },
    closed: { on: { ARCHIVE: 'archived', REOPEN: { target: 'accepted', actions: 'reopen' }, ...rating } },
    notAccepted: { on: { ARCHIVE: 'archived', REOPEN: { target: 'registered', actions: 'reopen' }, ...rating } },
    withdrawn: { on: { ARCHIVE: 'archived', REOPEN: { target: 'registered', actions: 'reopen' }, ...rating } },
    voided: {
      on: { ARCHIVE: 'archived', REGISTER: { target: 'registered', actions: ['reopen', 'register'] }, ...rating },
    },
    archived: { type: 'final' },
  },
})

export type TicketState = SnapshotFrom<typeof ticketMachine>['value']
