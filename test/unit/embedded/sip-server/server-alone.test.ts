import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type SipServer, startSipServer } from '../../../../src/embedded/sip-server/index.ts'
import { createLogger } from '../../../../src/kernel/index.ts'
import { connectApp, disconnectApp, type SrfApp, sdp } from '../../../contract/sip-server-app.ts'
import {
  newBranch,
  type RawMessage,
  type RawPhone,
  request,
  response,
  tcpPhone,
  udpPhone,
} from '../../../support/raw-sip.ts'

/** A fiftieth of the usual times: a transaction is given up after 640 ms. */
const timers = { t1: 10, t2: 40, t4: 50, d: 320, c: 1_500 }

describe('SIP server with short timers', () => {
  let server: SipServer
  let sipPort: number
  const apps: SrfApp[] = []
  const phones: RawPhone[] = []

  beforeEach(async () => {
    const listen = (transport: 'udp' | 'tcp') => ({ transport, host: '127.0.0.1', port: 0 })
    server = await startSipServer({
      sip: [listen('udp'), listen('tcp')],
      admin: { host: '127.0.0.1', port: 0, secret: 's' },
      logger: createLogger({ name: 'sip-server', level: 'error' }),
      timers,
    })
    sipPort = server.sipPort('udp')
  })

  afterEach(async () => {
    await Promise.all(apps.splice(0).map(disconnectApp))
    await Promise.all(phones.splice(0).map((phone) => phone.close()))
    await server.close()
  })

  async function application(prepare: (app: SrfApp) => void = () => {}): Promise<SrfApp> {
    const app = await connectApp({ adminPort: server.adminPort, secret: 's' }, prepare)
    apps.push(app)
    return app
  }

  async function aPhone(transport: 'udp' | 'tcp' = 'udp'): Promise<RawPhone> {
    const phone = await (transport === 'udp' ? udpPhone() : tcpPhone())
    phones.push(phone)
    return phone
  }

  async function untilNothingIsLeft(): Promise<void> {
    await expect.poll(() => server.tally()).toEqual({ transactions: 0, dialogs: 0, pending: 0 })
  }

  const target = () => `sip:12345@127.0.0.1:${sipPort}`
  const invite = (phone: RawPhone) => request({ phone, method: 'INVITE', uri: target(), body: sdp() })

  function inDialog(phone: RawPhone, method: string, answer: RawMessage, cseq: number): string {
    return request({
      phone,
      method,
      uri: /<([^>]+)>/.exec(answer.header('contact') ?? '')?.[1] ?? '',
      callId: answer.header('call-id') ?? '',
      from: answer.header('from') ?? '',
      to: answer.header('to') ?? '',
      routes: answer.headers('record-route').toReversed(),
      cseq,
    })
  }

  test('an answer that is never acknowledged ends the call, and the application hears of it', async () => {
    const ended = new Promise<string>((resolve) => {
      application((app) =>
        app.invite(async (req, res) => {
          const dialog = await app.createUAS(req, res, { localSdp: sdp() })
          dialog.once('destroy', (bye) => resolve(bye.get('Reason')))
        }),
      ).catch(() => undefined)
    })
    await application()
    const phone = await aPhone()

    phone.send(invite(phone), sipPort)
    const bye = await phone.expect('BYE')
    phone.send(response(bye, 200), sipPort)

    expect(await ended).toContain('ACK timeout')
    await untilNothingIsLeft()
  })

  test('an application that says nothing costs the caller 480, not for ever', async () => {
    await application((app) => app.invite(() => undefined))
    const phone = await aPhone()

    phone.send(invite(phone), sipPort)

    await phone.expect('480')
  })

  test('a caller whose application disconnects gets 480 at once', async () => {
    const app = await application((srf) => srf.invite((_, res) => res.send(180)))
    const phone = await aPhone()

    phone.send(invite(phone), sipPort)
    await phone.expect('180')
    await disconnectApp(app)
    apps.length = 0

    await phone.expect('480')
    await untilNothingIsLeft()
  })

  test('a phone that answers for an application that is gone is hung up', async () => {
    const app = await application()
    const phone = await aPhone()

    app.createUAC(phone.uri(), { localSdp: sdp() }).catch(() => undefined)
    const heard = await phone.expect('INVITE')
    await disconnectApp(app)
    apps.length = 0
    phone.send(response(heard, 200, { tag: 'p', contact: phone.uri(), body: sdp() }), sipPort)
    await phone.expect('ACK')
    phone.send(response(await phone.expect('BYE'), 200), sipPort)

    await untilNothingIsLeft()
  })

  test('of two phones that answer a call forked further on, the second is hung up', async () => {
    const app = await application()
    const phone = await aPhone()

    const calling = app.createUAC(phone.uri(), { localSdp: sdp() })
    const heard = await phone.expect('INVITE')
    phone.send(response(heard, 200, { tag: 'one', contact: phone.uri('one'), body: sdp() }), sipPort)
    phone.send(response(heard, 200, { tag: 'two', contact: phone.uri('two'), body: sdp() }), sipPort)
    const bye = await phone.expect('BYE')
    phone.send(response(bye, 200), sipPort)
    const hangingUp = (await calling).destroy()
    const second = await phone.expect('BYE')
    phone.send(response(second, 200), sipPort)
    await hangingUp

    expect(bye.startLine).toContain(phone.uri('two'))
    expect(second.startLine).toContain(phone.uri('one'))
    await untilNothingIsLeft()
  })

  test('a phone that never answers is reported as 408, one that refuses the connection as 503', async () => {
    const app = await application()
    const [silent, gone] = [await aPhone(), await tcpPhone()]
    await gone.close()

    const toSilent = app.createUAC(silent.uri(), { localSdp: sdp() })
    const toGone = app.createUAC(gone.uri(), { localSdp: sdp() })

    await expect(toGone).rejects.toMatchObject({ status: 503 })
    await expect(toSilent).rejects.toMatchObject({ status: 408 })
    await untilNothingIsLeft()
  })

  test('a phone that rings too long is cancelled by timer C and the caller gets 408', async () => {
    const callee = await aPhone()
    await application((app) => app.invite((req) => void app.proxyRequest(req, callee.uri(), { recordRoute: true })))
    const caller = await aPhone()

    caller.send(invite(caller), sipPort)
    const heard = await callee.expect('INVITE')
    callee.send(response(heard, 180, { tag: 'p' }), sipPort)
    await callee.expect('CANCEL')
    await caller.expect('408')

    await untilNothingIsLeft()
  })

  test('a call to a phone behind a connection it registered over goes down that connection', async () => {
    const callee = await aPhone('tcp')
    const contact = '<sip:1001@192.0.2.1:5062;transport=tcp>'
    await application((app) => {
      app.register((req, res) =>
        res.send(200, { headers: { Contact: `${contact};expires=60`, 'X-For': req.get('To') } }),
      )
      app.invite((req) => void app.proxyRequest(req, 'sip:1001@192.0.2.1:5062;transport=tcp', { recordRoute: true }))
    })
    const register = request({ phone: callee, method: 'REGISTER', uri: `sip:127.0.0.1:${sipPort}` })
    callee.send(register.replace(/^Contact:.*$/m, `Contact: ${contact}`), sipPort)
    await callee.expect('200')
    const caller = await aPhone()

    caller.send(invite(caller), sipPort)
    const heard = await callee.expect('INVITE')
    callee.send(response(heard, 486, { tag: 'p' }), sipPort)

    await caller.expect('486')
  })

  test('between UDP and TCP there are two Record-Routes, the callee’s side on top', async () => {
    const [caller, callee] = [await aPhone('udp'), await aPhone('tcp')]
    await application((app) => app.invite((req) => void app.proxyRequest(req, callee.uri(), { recordRoute: true })))

    caller.send(invite(caller), sipPort)
    const heard = await callee.expect('INVITE')
    callee.send(response(heard, 486, { tag: 'p' }), sipPort)
    await caller.expect('486')

    expect(heard.headers('record-route')).toEqual([
      `<sip:127.0.0.1:${sipPort};transport=tcp;lr>`,
      `<sip:127.0.0.1:${sipPort};lr>`,
    ])
  })

  test('a strict router’s request finds its target', async () => {
    const [caller, callee] = [await aPhone(), await aPhone()]
    const strict = request({
      phone: caller,
      method: 'INFO',
      uri: `sip:127.0.0.1:${sipPort};lr`,
      to: '<sip:1001@127.0.0.1>;tag=p',
      routes: [`<${callee.uri('1001')}>`],
    })

    caller.send(strict, sipPort)
    const heard = await callee.expect('INFO')
    callee.send(response(heard, 200), sipPort)
    await caller.expect('200')

    expect(heard.startLine).toBe(`INFO ${callee.uri('1001')} SIP/2.0`)
    expect(heard.header('route')).toBeUndefined()
  })

  test('a method nobody can handle is refused with 405', async () => {
    await application((app) => app.invite(() => undefined))
    const phone = await aPhone()

    phone.send(request({ phone, method: 'FROBNICATE', uri: target() }), sipPort)

    expect((await phone.expect('405')).header('allow')).toContain('INVITE')
  })

  test('a client without a unique branch is served, its repetition and its CANCEL recognised', async () => {
    let count = 0
    await application((app) =>
      app.invite((_, res) => {
        count++
        res.send(180)
      }),
    )
    const phone = await aPhone()
    const call = { phone, uri: target(), branch: 'old', callId: newBranch() }

    phone.send(request({ ...call, method: 'INVITE' }), sipPort)
    phone.send(request({ ...call, method: 'INVITE' }), sipPort)
    await phone.expect('180')
    phone.send(request({ ...call, method: 'CANCEL' }), sipPort)
    const refused = await phone.expect('487')
    phone.send(request({ ...call, method: 'ACK', to: refused.header('to') ?? '' }), sipPort)

    expect(count).toBe(1)
    await untilNothingIsLeft()
  })

  test('300 calls leave nothing behind', async () => {
    const callee = await aPhone()
    await application((app) =>
      app.invite((req, res) => {
        if (req.get('X-Way') === 'proxy')
          app.proxyRequest(req, callee.uri('1001'), { recordRoute: true }).catch(() => undefined)
        else app.createUAS(req, res, { localSdp: sdp() }).catch(() => undefined)
      }),
    )

    let at = 0
    const next = async (): Promise<void> => {
      while (at < 300) {
        const phone = await udpPhone()
        await oneCall({ phone, callee, way: at++ % 2 === 0 ? 'proxy' : 'uas' })
        await phone.close()
      }
    }
    const answering = answerAll(callee)
    await Promise.all(Array.from({ length: 10 }, next))
    answering.stop()

    await untilNothingIsLeft()
  })

  async function oneCall({ phone, way }: { phone: RawPhone; callee: RawPhone; way: string }): Promise<void> {
    const text = request({ phone, method: 'INVITE', uri: target(), body: sdp(), extra: [`X-Way: ${way}`] })
    phone.send(text, sipPort)
    const answer = await phone.expect('200')
    phone.send(inDialog(phone, 'ACK', answer, 1), sipPort)
    phone.send(inDialog(phone, 'BYE', answer, 2), sipPort)
    for (;;) if ((await phone.expect('200')).header('cseq') === '2 BYE') return
  }

  /** A phone that answers every call and every BYE. */
  function answerAll(phone: RawPhone): { stop(): void } {
    let isOn = true
    const answer = async (method: string) => {
      while (isOn) {
        const heard = await phone.expect(method, 1_000).catch(() => undefined)
        if (!heard) continue
        const parts = method === 'INVITE' ? { tag: newBranch(), contact: phone.uri('1001'), body: sdp() } : {}
        phone.send(response(heard, 200, parts), sipPort)
      }
    }
    for (const method of ['INVITE', 'BYE']) answer(method).catch(() => undefined)
    return {
      stop: () => {
        isOn = false
      },
    }
  }
})
