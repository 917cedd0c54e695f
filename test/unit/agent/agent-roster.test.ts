import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AgentChange, AgentRoster } from '../../../src/agent/index.ts'
import { silent } from '../../support/database.ts'
import { SetClock } from '../../support/set-clock.ts'

const profile = { agentId: '8001', name: 'Li', skills: ['tax'], languages: ['cmn'], wrapUpSeconds: null, groups: [] }

function rosterWithOneAgent() {
  const clock = new SetClock()
  const roster = new AgentRoster({ clock, logger: silent, wrapUpSecondsOf: () => 15 })
  const changes: AgentChange[] = []
  roster.onChange((change) => changes.push({ ...change }))
  const agent = roster.put(profile)
  return { clock, roster, agent, changes }
}

function ready() {
  const parts = rosterWithOneAgent()
  parts.roster.command('8001', { type: 'LOGIN', extension: '8001' })
  parts.roster.command('8001', { type: 'READY' })
  return parts
}

test('agent - logs in, is offered, talks, wraps up for 15 s and is ready again', () => {
  const { roster, agent, clock } = ready()
  expect(roster.offer('8001', 'call')).toBe(true)
  roster.answered('8001', 'call')
  expect(agent.state).toBe('talking')

  roster.released('8001', 'call', 'general')
  expect(agent.state).toBe('wrapUp')
  clock.advance(14_999)
  expect(agent.state).toBe('wrapUp')
  clock.advance(1)

  expect(agent.state).toBe('ready')
})

test('agent - is offered at most one call', () => {
  const { roster } = ready()

  expect(roster.offer('8001', 'first')).toBe(true)
  expect(roster.offer('8001', 'second')).toBe(false)
})

test('agent - who does not answer is not ready, with the reason, until saying so', () => {
  const { roster, agent } = ready()
  roster.offer('8001', 'call')

  roster.missed('8001', 'call', 'missed')

  expect(agent.state).toBe('notReady')
  expect(agent.context.reason).toBe('missed')
  expect(roster.offer('8001', 'next')).toBe(false)
})

test('agent - whose caller gave up is ready again and has not lost the place among the idle', () => {
  const { roster, agent, clock } = ready()
  const idleSince = agent.changedAt
  clock.advance(5000)
  roster.offer('8001', 'call')
  clock.advance(3000)

  roster.withdrawn('8001', 'call')

  expect(agent.state).toBe('ready')
  expect(agent.changedAt).toBe(idleSince)
})

test('agent - a late word about an earlier call does not touch the present one', () => {
  const { roster, agent } = ready()
  roster.offer('8001', 'second')

  roster.missed('8001', 'first', 'missed')
  roster.released('8001', 'first', 'general')

  expect(agent.state).toBe('ringing')
  expect(agent.context.callId).toBe('second')
})

test('agent - a break asked for during a call begins after wrap-up', () => {
  const { roster, agent, clock } = ready()
  roster.offer('8001', 'call')
  roster.answered('8001', 'call')
  roster.command('8001', { type: 'BREAK', reason: 'lunch' })
  expect(agent.state).toBe('talking')

  roster.released('8001', 'call', 'general')
  clock.advance(15_000)

  expect(agent.state).toBe('notReady')
  expect(agent.context).toMatchObject({ status: 'break', reason: 'lunch' })
})

test('agent - a log-out during a call takes effect when the call ends', () => {
  const { roster, agent } = ready()
  roster.offer('8001', 'call')
  roster.answered('8001', 'call')

  roster.command('8001', { type: 'LOGOUT' })
  expect(agent.state).toBe('talking')
  roster.released('8001', 'call', 'general')

  expect(agent.state).toBe('offline')
})

test('agent - an extension is in use by one agent at a time', () => {
  const { roster } = ready()
  roster.put({ ...profile, agentId: '8002' })

  expect(() => roster.command('8002', { type: 'LOGIN', extension: '8001' })).toThrow(/in use by agent 8001/)
})

test('agent - ready without a log-in is refused with the state', () => {
  const { roster } = rosterWithOneAgent()

  expect(() => roster.command('8001', { type: 'READY' })).toThrow(/agent 8001 is offline: ready is not possible/)
})

test('agent - whatever happens in whatever order, nobody stays ringing or talking once the call is over', () => {
  const step = fc.constantFrom(
    'offer',
    'answer',
    'miss',
    'withdraw',
    'release',
    'ready',
    'break',
    'logout',
    'login',
    'time',
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { roster, agent, clock } = ready()
      let call = 0
      for (const each of steps) {
        const id = `call-${call}`
        if (each === 'offer' && roster.offer('8001', `call-${call + 1}`)) call += 1
        if (each === 'answer') roster.answered('8001', id)
        if (each === 'miss') roster.missed('8001', id, 'missed')
        if (each === 'withdraw') roster.withdrawn('8001', id)
        if (each === 'release') roster.released('8001', id, 'general')
        if (each === 'time') clock.advance(20_000)
        const commands = {
          ready: { type: 'READY' },
          break: { type: 'BREAK', reason: 'x' },
          logout: { type: 'LOGOUT' },
        } as const
        if (each === 'login' && agent.can({ type: 'LOGIN', extension: '8001' }))
          roster.command('8001', { type: 'LOGIN', extension: '8001' })
        if (each in commands) {
          const command = commands[each as keyof typeof commands]
          if (agent.can(command)) roster.command('8001', command)
        }
      }
      roster.withdrawn('8001', `call-${call}`)
      roster.released('8001', `call-${call}`, 'general')
      clock.advance(20_000)
      expect(['offline', 'notReady', 'ready']).toContain(agent.state)
      expect(agent.context.callId).toBeNull()
    }),
  )
})

test('agent - who has a skill at a level has it at every lower one', () => {
  const { roster } = rosterWithOneAgent()
  const agent = roster.put({ ...profile, skills: ['tax:2', 'vat'] })

  expect(agent.abilities).toEqual(['tax', 'tax:1', 'tax:2', 'vat', 'vat:1', 'language:cmn'])
  expect(agent.serves({ queue: 'tax', needs: ['tax:2', 'language:cmn'] })).toBe(true)
  expect(agent.serves({ queue: 'tax', needs: ['tax:3'] })).toBe(false)
})

test('agent - of groups, serves their queues and no other', () => {
  const { roster } = rosterWithOneAgent()
  const agent = roster.put({ ...profile, groups: [{ queue: 'tax', rank: 1 }] })

  expect(agent.serves({ queue: 'tax', needs: ['tax'] })).toBe(true)
  expect(agent.serves({ queue: 'general', needs: [] })).toBe(false)
})

test('agent - logged in at one phone, cannot log in at another before logging out', () => {
  const { roster } = rosterWithOneAgent()
  roster.command('8001', { type: 'LOGIN', extension: '9001' })

  expect(() => roster.command('8001', { type: 'LOGIN', extension: '9002' })).toThrow(
    expect.objectContaining({ code: 'agent-at-another-phone' }),
  )
  roster.command('8001', { type: 'LOGOUT' })
  roster.command('8001', { type: 'LOGIN', extension: '9002' })

  expect(roster.get('8001').context.extension).toBe('9002')
})
