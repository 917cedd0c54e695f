import { assign, setup } from 'xstate'

/**
 * offline -LOGIN-> notReady -READY-> ready -OFFER-> ringing -ANSWER-> talking -RELEASE-> wrapUp -RESTED-> ready
 * ringing -MISS-> notReady.   ringing -WITHDRAW-> ready.   ready -BREAK-> notReady.   wrapUp -READY-> ready.
 * BREAK while ringing, talking or in wrap-up is kept and leads to notReady afterwards; READY takes it back.
 * ready | notReady -MONITOR-> monitoring -UNMONITOR-> ready | notReady.   monitoring -TAKE_OVER-> talking.
 * LOGOUT leads to offline from notReady, ready and wrapUp; while ringing, talking or monitoring it is kept like a break.
 *
 * The *state* is what the centre observes, the *status* what the person chose (available, break, offline).
 */
export type AgentState = 'offline' | 'notReady' | 'ready' | 'ringing' | 'talking' | 'wrapUp' | 'monitoring'
export type AgentStatus = 'offline' | 'available' | 'break'

export interface AgentContext {
  readonly status: AgentStatus
  /** Why not ready: the break's reason, or `missed`, `rejected`, `unreachable`. */
  readonly reason: string | null
  /** Where the phone of this agent is registered: the user part dialled. */
  readonly extension: string | null
  readonly callId: string | null
}

export type AgentInput =
  | { readonly type: 'LOGIN'; readonly extension: string }
  | { readonly type: 'READY' }
  | { readonly type: 'BREAK'; readonly reason: string }
  | { readonly type: 'LOGOUT' }
  | { readonly type: 'OFFER'; readonly callId: string }
  | { readonly type: 'ANSWER'; readonly callId: string }
  | { readonly type: 'MISS'; readonly callId: string; readonly reason: string }
  | { readonly type: 'WITHDRAW'; readonly callId: string }
  | { readonly type: 'RELEASE'; readonly callId: string }
  | { readonly type: 'RESTED' }
  | { readonly type: 'MONITOR'; readonly callId: string }
  | { readonly type: 'UNMONITOR'; readonly callId: string }
  | { readonly type: 'TAKE_OVER'; readonly callId: string }

const machineSetup = setup({
  types: { context: {} as AgentContext, events: {} as AgentInput },
  guards: {
    // A late word about an earlier call must not touch the present one.
    ownCall: ({ context, event }) => 'callId' in event && event.callId === context.callId,
    available: ({ context }) => context.status === 'available',
    leaving: ({ context }) => context.status === 'offline',
    releasedWhileLeaving: ({ context, event }) =>
      'callId' in event && event.callId === context.callId && context.status === 'offline',
    withdrawnWhileAvailable: ({ context, event }) =>
      'callId' in event && event.callId === context.callId && context.status === 'available',
  },
  actions: {
    login: assign(({ event }) =>
      event.type === 'LOGIN'
        ? { status: 'break' as const, reason: 'logged-in', extension: event.extension, callId: null }
        : {},
    ),
    becomeAvailable: assign({ status: 'available', reason: null }),
    takeBreak: assign(({ event }) =>
      event.type === 'BREAK' ? { status: 'break' as const, reason: event.reason } : {},
    ),
    leave: assign({ status: 'offline', reason: null }),
    forget: assign({ status: 'offline', reason: null, extension: null, callId: null }),
    takeCall: assign(({ event }) =>
      event.type === 'OFFER' || event.type === 'MONITOR' ? { callId: event.callId } : {},
    ),
    dropCall: assign({ callId: null }),
    miss: assign(({ event, context }) =>
      event.type === 'MISS' ? { callId: null, reason: event.reason, status: context.status } : {},
    ),
  },
})

const whileBusy = {
  READY: { actions: 'becomeAvailable' },
  BREAK: { actions: 'takeBreak' },
  LOGOUT: { actions: 'leave' },
} as const

export const agentMachine = machineSetup.createMachine({
  id: 'agent',
  initial: 'offline',
  context: { status: 'offline', reason: null, extension: null, callId: null },
  states: {
    offline: { on: { LOGIN: { target: 'notReady', actions: 'login' } } },
    notReady: {
      on: {
        READY: { target: 'ready', actions: 'becomeAvailable' },
        BREAK: { actions: 'takeBreak' },
        LOGOUT: { target: 'offline', actions: 'forget' },
        MONITOR: { target: 'monitoring', actions: 'takeCall' },
      },
    },
    ready: {
      on: {
        MONITOR: { target: 'monitoring', actions: 'takeCall' },
        OFFER: { target: 'ringing', actions: 'takeCall' },
        BREAK: { target: 'notReady', actions: 'takeBreak' },
        LOGOUT: { target: 'offline', actions: 'forget' },
      },
    },
    ringing: {
      on: {
        ...whileBusy,
        ANSWER: { target: 'talking', guard: 'ownCall' },
        MISS: [
          { target: 'offline', guard: 'releasedWhileLeaving', actions: 'forget' },
          { target: 'notReady', guard: 'ownCall', actions: 'miss' },
        ],
        WITHDRAW: [
          { target: 'offline', guard: 'releasedWhileLeaving', actions: 'forget' },
          { target: 'ready', guard: 'withdrawnWhileAvailable', actions: 'dropCall' },
          { target: 'notReady', guard: 'ownCall', actions: 'dropCall' },
        ],
      },
    },
    talking: {
      on: {
        ...whileBusy,
        RELEASE: [
          { target: 'offline', guard: 'releasedWhileLeaving', actions: 'forget' },
          { target: 'wrapUp', guard: 'ownCall', actions: 'dropCall' },
        ],
      },
    },
    monitoring: {
      on: {
        ...whileBusy,
        TAKE_OVER: { target: 'talking', guard: 'ownCall' },
        UNMONITOR: [
          { target: 'offline', guard: 'releasedWhileLeaving', actions: 'forget' },
          { target: 'ready', guard: 'withdrawnWhileAvailable', actions: 'dropCall' },
          { target: 'notReady', guard: 'ownCall', actions: 'dropCall' },
        ],
      },
    },
    wrapUp: {
      on: {
        READY: { target: 'ready', actions: 'becomeAvailable' },
        BREAK: { actions: 'takeBreak' },
        LOGOUT: { target: 'offline', actions: 'forget' },
        RESTED: [{ target: 'ready', guard: 'available' }, { target: 'notReady' }],
      },
    },
  },
})
