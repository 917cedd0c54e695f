import { describe, expect, test } from 'vitest'
import { toCurrentVersion } from '../../../src/tickets/machine/machine-versions.ts'
import { type Actor, newContext, type TicketContext } from '../../../src/tickets/machine/ticket-context.ts'
import { type InputType, nonAcceptanceGrounds, type TicketInput } from '../../../src/tickets/machine/ticket-inputs.ts'
import { ticketMachine, ticketMachineVersion } from '../../../src/tickets/machine/ticket-machine.ts'
import { advance, inputsOf, type TicketSnapshot } from '../../../src/tickets/machine/ticket-transition.ts'

const rules = {
  bounceLimit: 2,
  returnRestartsClock: false,
  extensionLimit: 1,
  visitAttempts: 3,
  visitsAnswered: false,
  reworks: 1,
}
const agent: Actor = { id: '8001', role: 'agent', unitId: null }
const centre: Actor = { id: 'boss', role: 'supervisor', unitId: null }
const unit: Actor = { id: 'li', role: 'unit', unitId: 'housing' }
const clock: Actor = { id: 'clock', role: 'clock', unitId: null }
const housing = { unitId: 'housing', path: 'city/housing', partner: false, expelled: false, below: false }
const draft: TicketSnapshot = { state: 'draft', context: newContext({ firstReceiver: '8001', at: 0 }) }

function input(type: InputType, by: Actor, data: object = {}): TicketInput {
  return { type, by, at: 1000, rules, unit: null, ...data } as unknown as TicketInput
}

/** Goes from a draft through the inputs given; each is `[TYPE, who, data]`. */
function walked(...steps: readonly [InputType, Actor, object?][]): TicketSnapshot {
  return steps.reduce((at, [type, by, data]) => advance(at, input(type, by, data)), draft)
}
const toDispatched = [
  ['REGISTER', agent, { kind: 'complaint' }],
  ['ACCEPT', agent],
  ['DISPATCH', agent, { unit: housing }],
] as const satisfies readonly [InputType, Actor, object?][]
const toVisit = [
  ...toDispatched,
  ['SIGN', unit],
  ['START', unit],
  ['REPLY', unit, { reply: 'x' }],
  ['REVIEW', centre],
  ['PASS', centre],
] as const satisfies readonly [InputType, Actor, object?][]

describe('the ticket machine', () => {
  test('a refused step says why, and which are possible', () => {
    expect(() => walked(['SIGN', unit])).toThrow(
      'SIGN: it is not possible in state draft. Possible in state draft: REGISTER, ANSWER, BRANCH_ANSWER, VOID',
    )
    expect(() => walked(['REGISTER', unit, { kind: 'help' }])).toThrow(
      'REGISTER is sent by agent, supervisor, admin, service, and not by unit',
    )
    expect(() =>
      walked(...toDispatched.slice(0, 2), ['DISPATCH', agent, { unit: { ...housing, expelled: true } }]),
    ).toThrow('unit housing was expelled')
  })

  test.each([
    [
      ['REGISTER', agent, { kind: 'help' }],
      ['NOT_ACCEPT', agent, { ground: 'in-court-or-review', explanation: 'x' }],
      'notAccepted',
    ],
    [['REGISTER', agent, { kind: 'help' }], ['WITHDRAW', agent, { reason: 'x' }], 'withdrawn'],
    [['REGISTER', agent, { kind: 'help' }], ['MERGE', agent, { parentId: 'p' }], 'merged'],
    [['REGISTER', agent, { kind: 'help' }], ['ANSWER', agent, { answer: 'x' }], 'answered'],
    [['VOID', agent, { reason: 'nobody there' }], ['ARCHIVE', clock], 'archived'],
  ] as [[InputType, Actor, object?], [InputType, Actor, object?], string][])(
    '%j and %j lead to %s',
    (first, second, state) => {
      expect(walked(first, second).state).toBe(state)
    },
  )

  test('from every state the archive can be reached, and nothing leads out of it', () => {
    const states = Object.keys(ticketMachine.states) as TicketSnapshot['state'][]
    const reaches = (from: string, seen = new Set<string>()): boolean => {
      if (from === 'archived') return true
      seen.add(from)
      const ways = [...(ticketMachine.states[from]?.transitions.values() ?? [])].flat()
      return ways.some(({ target = [] }) => target.some(({ key }) => !seen.has(key) && reaches(key, seen)))
    }

    expect(states.filter((state) => !reaches(state))).toEqual([])
    expect(inputsOf('archived')).toEqual([])
  })

  test('a matter that is not solved goes back to the unit once, and then is closed as not resolved', () => {
    const notSolved = { channel: 'phone', reached: true, resolved: false, satisfied: false }

    const back = walked(...toVisit, ['VISIT', agent, notSolved])
    const again = (['REPLY', 'REVIEW', 'PASS', 'VISIT'] as const).reduce(
      (at, type) =>
        advance(at, input(type, type === 'REPLY' ? unit : centre, type === 'VISIT' ? notSolved : { reply: 'x' })),
      back,
    )

    expect(back.state).toBe('handling')
    expect(again).toMatchObject({
      state: 'closed',
      context: { closedBy: 'replied', resolved: false, satisfied: false },
    })
  })

  test('a citizen who is not reached is tried three times; the ticket is closed with nothing said about the rest', () => {
    const silence = { channel: 'phone', reached: false }

    const twice = walked(...toVisit, ['VISIT', agent, silence], ['VISIT', agent, silence])
    const closed = advance(twice, input('VISIT', agent, silence))

    expect(twice.state).toBe('returnVisit')
    expect(closed).toMatchObject({ state: 'closed', context: { resolved: null, satisfied: null } })
  })

  test('an urging notice is sent once by the clock and as often as the centre wants; criticism follows it', () => {
    const running = {
      ...walked(...toDispatched).context,
      clocks: { handle: { from: 0, dueAt: 500, round: 1 } },
    } as TicketContext
    const late: TicketSnapshot = { state: 'dispatched', context: running }
    const stage = { stage: 'handle' }

    expect(() => advance(late, input('CRITICISE', clock, stage))).toThrow('criticism follows an urging notice')
    const urged = advance(late, input('URGE', clock, stage))
    expect(() => advance(urged, input('URGE', clock, stage))).toThrow('it was sent at')
    expect(advance(urged, input('URGE', centre, stage)).context.urged).toBe(2)
    expect(advance(urged, input('CRITICISE', clock, stage)).context.criticised).toBe(1)
    expect(() => advance(urged, input('URGE', clock, { stage: 'visit' }))).toThrow('no limit runs for stage visit')
  })
})

describe('the ways besides the straight one', () => {
  test.each(nonAcceptanceGrounds)(
    'not accepted because %s, and taken up again when the citizen brings something new',
    (ground) => {
      const ended = walked(['REGISTER', agent, { kind: 'help' }], ['NOT_ACCEPT', agent, { ground, explanation: 'x' }])

      const again = advance(ended, input('REOPEN', agent, { reason: '补充材料' }))

      expect(ended.context.closedBy).toBe('notAccepted')
      expect(again).toMatchObject({ state: 'registered', context: { closedBy: null, reopened: 1 } })
    },
  )

  test('a closed ticket that is opened again is dispatched anew, with nothing said about its end', () => {
    const closed = walked(...toVisit, [
      'VISIT',
      agent,
      { channel: 'phone', reached: true, resolved: true, satisfied: true },
    ])

    const again = advance(closed, input('REOPEN', agent, { reason: '又坏了' }))

    expect(again).toMatchObject({
      state: 'accepted',
      context: { closedBy: null, resolved: null, satisfied: null, unit: null, visits: [] },
    })
    expect(advance(again, input('DISPATCH', agent, { unit: housing })).context.handlingSince).toBe(1000)
  })

  test('supervision, escalation to leaders and the call to the unit leave the ticket where it is and are counted', () => {
    const told = walked(
      ...toDispatched,
      ['SUPERVISE', centre, { note: 'x' }],
      ['ESCALATE', agent, { leader: '市长', note: 'x' }],
      ['CALL_OUT', agent, { number: '025', note: 'x' }],
      ['INSTRUCT', centre, { leader: '市长', instruction: 'x' }],
    )

    expect(told).toMatchObject({
      state: 'dispatched',
      context: { supervised: 1, escalated: 1, calledOut: 1, urgency: 'urgent', leaderInstructed: true },
    })
  })

  test('a ticket is taken back from a unit, or out of a merger, and goes on as accepted', () => {
    const recalled = walked(...toDispatched, ['RECALL', centre, { reason: 'x' }])
    const separate = walked(
      ['REGISTER', agent, { kind: 'help' }],
      ['MERGE', agent, { parentId: 'p' }],
      ['UNMERGE', centre, { reason: 'x' }],
    )

    expect(recalled).toMatchObject({ state: 'accepted', context: { unit: null, handlingSince: null } })
    expect(separate).toMatchObject({ state: 'accepted', context: { parentId: null } })
  })

  test('a key pressed after the talk moves no ticket, in whatever state it is, and comes too late for the archive', () => {
    const key = input('RATE', { id: 'hotline', role: 'service', unitId: null }, { rating: 2, agentId: '8001' })
    for (const state of Object.keys(ticketMachine.states) as TicketSnapshot['state'][]) {
      const before = { state, context: draft.context }
      if (state === 'archived') expect(() => advance(before, key)).toThrow('it is not possible in state archived')
      else expect(advance(before, key)).toMatchObject({ state, context: { callRating: { rating: 2 } } })
    }
  })
})

describe('tickets stored by an earlier machine', () => {
  const known = new Map([
    [
      2,
      (before: { state: string; context: Readonly<Record<string, unknown>> }) => ({
        ...before,
        state: before.state === 'open' ? 'registered' : before.state,
      }),
    ],
    [
      3,
      (before: { state: string; context: Readonly<Record<string, unknown>> }) => ({
        ...before,
        context: { ...before.context, urgency: 'urgent' },
      }),
    ],
  ])

  test('are brought to today’s version step by step, with the fields it added', () => {
    const ticket = toCurrentVersion({ version: 1, state: 'open', context: { kind: 'help' } }, { known, current: 3 })

    expect(ticket.state).toBe('registered')
    expect(ticket.context).toMatchObject({ kind: 'help', urgency: 'urgent', visits: [], closedBy: null })
  })

  test('are refused when they are newer than the program, or in a state that does not exist', () => {
    expect(() => toCurrentVersion({ version: 99, state: 'draft', context: {} })).toThrow('update it')
    expect(() => toCurrentVersion({ version: ticketMachineVersion, state: 'open', context: {} })).toThrow(
      '"open" does not exist',
    )
    expect(() =>
      toCurrentVersion({ version: 1, state: 'open', context: {} }, { known: new Map(), current: 2 }),
    ).toThrow('no migration')
  })

  test('every version up to today’s can be reached from the first', () => {
    for (let version = 1; version <= ticketMachineVersion; version += 1) {
      expect(toCurrentVersion({ version, state: 'draft', context: {} }).state).toBe('draft')
    }
  })
})
