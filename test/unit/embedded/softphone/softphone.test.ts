import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  createSoftphones,
  type Phone,
  type PhoneOptions,
  type Softphones,
} from '../../../../src/embedded/softphone/index.ts'
import { createLogger } from '../../../../src/kernel/index.ts'
import { sdp } from '../../../contract/sip-server-app.ts'
import { sipServers } from '../../../support/drachtio-daemon.ts'
import { newBranch, request, response, udpPhone } from '../../../support/raw-sip.ts'
import { type SmallEdge, startSmallEdge } from './a-registrar.ts'

describe.each(sipServers())('softphones behind $name', ({ start }) => {
  let edge: SmallEdge
  let softphones: Softphones

  beforeEach(async () => {
    edge = await startSmallEdge({ start, password: 'secret', offers: ['SHA-256', 'MD5'] })
    softphones = await createSoftphones({ logger: createLogger({ name: 'softphones', level: 'error' }) })
  })

  afterEach(async () => {
    await softphones.close()
    await edge.stop()
  })

  function aPhone(user: string, more: Partial<PhoneOptions> = {}): Phone {
    return softphones.phone({ user, password: 'secret', registrar: edge, transport: 'udp', ...more })
  }

  async function registered(user: string, more: Partial<PhoneOptions> = {}): Promise<Phone> {
    const phone = aPhone(user, more)
    await phone.register({ expires: 60 })
    return phone
  }

  test.each(['MD5', 'SHA-256'] as const)('a phone registers with %s and unregisters', async (digest) => {
    const phone = aPhone('1001', { digest })

    const granted = await phone.register({ expires: 60 })
    const contact = edge.contacts.get('1001')
    await phone.unregister()

    expect(granted).toBe(60)
    expect(contact).toBe(`sip:${phone.contactUser}@127.0.0.1:${softphones.sipPort}`)
    expect(edge.contacts.has('1001')).toBe(false)
    expect(edge.algorithms).toEqual([digest, digest])
  })

  test('of several challenges the strongest is answered', async () => {
    await registered('1001')

    expect(edge.algorithms).toEqual(['SHA-256'])
  })

  test('a wrong password is refused', async () => {
    const phone = aPhone('1001', { password: 'guess' })

    await expect(phone.register({ expires: 60 })).rejects.toMatchObject({ status: 401 })
  })

  test.each(['udp', 'tcp'] as const)('two phones over %s talk, and the caller hangs up', async (transport) => {
    const answering = { kind: 'answer', afterMs: 150, tone: 800 } as const
    const callee = await registered('1002', { transport, onCall: answering })
    const caller = await registered('1001', { transport })

    const call = await caller.call('1002', { tone: 500 })
    const answered = await call.answered
    const other = await callee.nextCall()
    const heard = await Promise.all([call.hears(800), other.hears(500), call.hears(500, { withinMs: 300 })])
    await call.hangUp()

    expect(answered).toMatchObject({ kind: 'answered' })
    expect(answered.kind === 'answered' && answered.afterMs).toBeGreaterThanOrEqual(140)
    expect(call.ringingAt).toBeDefined()
    expect(heard).toEqual([true, true, false])
    expect(call.firstAudioAt).toBeDefined()
    expect(call.rtp.received).toBeGreaterThan(5)
    expect((await call.ended).cause).toBe('hungUp')
    expect((await other.ended).cause).toBe('hungUpByOther')
    expect(other.other).toBe('1001')
  })

  test('keys arrive as telephone-events and as INFO', async () => {
    const callee = await registered('1002', { onCall: { kind: 'answer', afterMs: 0 } })
    const caller = await registered('1001')
    const call = await caller.call('1002')
    const other = await callee.nextCall()
    await call.answered

    await call.sendDtmf('12#', { via: 'rfc4733' })
    await call.sendDtmf('*9', { via: 'info' })

    await expect.poll(() => other.digitsHeard).toBe('12#*9')
  })

  test('on hold nothing is heard, after resuming the tone is back', async () => {
    const callee = await registered('1002', { onCall: { kind: 'answer', afterMs: 0, tone: 700 } })
    const caller = await registered('1001')
    const call = await caller.call('1002')
    const other = await callee.nextCall()
    await call.answered
    await call.hears(700)

    await call.hold()
    const whileHeld = {
      isHeld: [call.isHeld, other.isHeld],
      heard: await silentAfterwards(() => call.hears(700, { withinMs: 300 })),
    }
    await call.resume()
    const again = await call.hears(700)

    expect(whileHeld).toEqual({ isHeld: [true, true], heard: false })
    expect(again).toBe(true)
    expect([call.isHeld, other.isHeld]).toEqual([false, false])
  })

  /** What was under way when the hold took effect may still arrive; the second listening counts. */
  async function silentAfterwards(listen: () => Promise<boolean>): Promise<boolean> {
    await listen()
    return listen()
  }

  test('the called phone may hold too, and hang up', async () => {
    const callee = await registered('1002', { onCall: { kind: 'answer', afterMs: 0 } })
    const caller = await registered('1001')
    const call = await caller.call('1002', { tone: 600 })
    const other = await callee.nextCall()
    await other.answered

    await other.hold()
    await other.resume()
    const heard = await other.hears(600)
    await other.hangUp()

    expect(heard).toBe(true)
    expect((await call.ended).cause).toBe('hungUpByOther')
  })

  test('a phone that rings for ever is cancelled by the caller', async () => {
    const callee = await registered('1002', { onCall: { kind: 'ring' } })
    const caller = await registered('1001')

    const call = await caller.call('1002')
    const other = await callee.nextCall()
    await expect.poll(() => call.ringingAt).toBeDefined()
    call.cancel()

    expect((await call.ended).cause).toBe('cancelled')
    expect((await other.ended).cause).toBe('cancelledByOther')
    expect(await other.answered).toEqual({ kind: 'notAnswered', cause: 'cancelledByOther' })
  })

  test('a phone rejects with the status it is told', async () => {
    await registered('1002', { onCall: { kind: 'reject', status: 486 } })
    const caller = await registered('1001')

    const call = await caller.call('1002')

    expect(await call.ended).toMatchObject({ cause: 'refused', status: 486 })
  })

  test('a ringing phone is answered by hand', async () => {
    const callee = await registered('1002')
    const caller = await registered('1001')

    const call = await caller.call('1002')
    const other = await callee.nextCall()
    await other.answer()

    expect((await call.answered).kind).toBe('answered')
  })

  test('who was called and hangs up at once says BYE after the ACK of the caller, not before', async () => {
    const callee = await registered('1002')
    const caller = await udpPhone()
    const uri = edge.contacts.get('1002') ?? ''
    const about = { phone: caller, uri, callId: newBranch() }
    caller.send(request({ ...about, method: 'INVITE', body: sdp() }), softphones.sipPort)
    const call = await callee.nextCall()
    await call.answer()
    const answer = await caller.expect('200')

    const hungUp = call.hangUp()
    await caller.expectNo('BYE', 300)
    caller.send(request({ ...about, method: 'ACK', to: answer.header('to') ?? '' }), softphones.sipPort)
    const bye = await caller.expect('BYE', 10_000)
    caller.send(response(bye, 200), softphones.sipPort)

    await hungUp
    await caller.close()
  })

  test('a challenge to the INVITE is answered', async () => {
    const caller = await registered('1001')

    const call = await caller.call('guarded')

    expect(await call.ended).toMatchObject({ cause: 'refused', status: 486 })
  })

  test('ten calls at once share one server', async () => {
    await registered('1002', { onCall: { kind: 'answer', afterMs: 0, tone: 900 } })
    const callers = await Promise.all(Array.from({ length: 10 }, (_, at) => registered(`20${at}`)))

    const calls = await Promise.all(callers.map((caller) => caller.call('1002')))
    const heard = await Promise.all(calls.map((call) => call.hears(900)))
    await Promise.all(calls.map((call) => call.hangUp()))

    expect(heard.every(Boolean)).toBe(true)
  })
})
