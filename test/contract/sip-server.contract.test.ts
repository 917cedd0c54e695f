import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type RunningSipServer, sipServers } from '../support/drachtio-daemon.ts'
import { newBranch, type RawMessage, type RawPhone, request, response, tcpPhone, udpPhone } from '../support/raw-sip.ts'
import { type AppDialog, type AppRequest, connectApp, disconnectApp, type SrfApp, sdp } from './sip-server-app.ts'

describe.each(sipServers())('SIP server: $name', ({ start, isReal }) => {
  let server: RunningSipServer
  const apps: SrfApp[] = []
  const phones: RawPhone[] = []

  beforeAll(async () => {
    server = await start()
  })

  afterAll(async () => {
    await server.stop()
  })

  afterEach(async () => {
    await Promise.all(apps.splice(0).map(disconnectApp))
    await Promise.all(phones.splice(0).map((phone) => phone.close()))
  })

  async function application(prepare: (app: SrfApp) => void = () => {}): Promise<SrfApp> {
    const app = await connectApp(server, prepare)
    apps.push(app)
    return app
  }

  async function aPhone(transport: 'udp' | 'tcp' = 'udp'): Promise<RawPhone> {
    const phone = await (transport === 'udp' ? udpPhone() : tcpPhone())
    phones.push(phone)
    return phone
  }

  const target = (user = '12345') => `sip:${user}@127.0.0.1:${server.sipPort}`

  /** The ACK or BYE of a caller for the answer it got. */
  function inDialog(
    phone: RawPhone,
    method: string,
    answer: RawMessage,
    cseq: number,
    extra: readonly string[] = [],
  ): string {
    return request({
      phone,
      method,
      uri: contactUri(answer),
      callId: answer.header('call-id') ?? '',
      from: answer.header('from') ?? '',
      to: answer.header('to') ?? '',
      cseq,
      routes: answer.headers('record-route').toReversed(),
      extra,
    })
  }

  describe('connection of an application', () => {
    test('a wrong secret is refused', async () => {
      const connecting = connectApp({ adminPort: server.adminPort, secret: 'guessed' })

      await expect(connecting).rejects.toThrow('failed to authenticate')
    })

    test('without an application a request is refused with 503', async () => {
      const phone = await aPhone()

      phone.send(request({ phone, method: 'OPTIONS', uri: target() }), server.sipPort)

      expect((await phone.expect('503')).header('cseq')).toBe('1 OPTIONS')
    })

    test('requests go to the applications in turn', async () => {
      const served: number[] = []
      for (const each of [1, 2]) {
        await application((app) =>
          app.options((_, res) => {
            served.push(each)
            res.send(200)
          }),
        )
      }
      const phone = await aPhone()

      for (let count = 0; count < 4; count++) {
        phone.send(request({ phone, method: 'OPTIONS', uri: target() }), server.sipPort)
        await phone.expect('200')
      }

      expect(served.toSorted()).toEqual([1, 1, 2, 2])
    })
  })

  describe('an application answers calls', () => {
    test.each(['udp', 'tcp'] as const)(
      'a call over %s is trying, ringing, answered and hung up by the caller',
      async (transport) => {
        let ended: Promise<AppRequest> | undefined
        await application((app) =>
          app.invite(async (req, res) => {
            res.send(180)
            const dialog = await app.createUAS(req, res, { localSdp: sdp() })
            ended = new Promise((resolve) => dialog.once('destroy', resolve))
          }),
        )
        const phone = await aPhone(transport)

        phone.send(request({ phone, method: 'INVITE', uri: target(), body: sdp() }), server.sipPort)
        await phone.expect('100')
        const ringing = await phone.expect('180')
        const answer = await phone.expect('200')
        phone.send(inDialog(phone, 'ACK', answer, 1), server.sipPort)
        await vi.waitUntil(() => ended !== undefined)
        phone.send(inDialog(phone, 'BYE', answer, 2), server.sipPort)
        const goodbye = await phone.expect('200')

        expect(ringing.header('to')).toBe(answer.header('to'))
        expect(answer.body).toBe(sdp())
        expect(answer.header('content-type')).toBe('application/sdp')
        expect(goodbye.header('cseq')).toBe('2 BYE')
        expect((await ended)?.method).toBe('BYE')
      },
    )

    test('an unacknowledged answer is repeated, an acknowledged one is not', async () => {
      await application((app) => app.invite((req, res) => void app.createUAS(req, res, { localSdp: sdp() })))
      const phone = await aPhone()

      phone.send(request({ phone, method: 'INVITE', uri: target(), body: sdp() }), server.sipPort)
      const first = await phone.expect('200')
      const second = await phone.expect('200')
      phone.send(inDialog(phone, 'ACK', second, 1), server.sipPort)

      expect(second.text).toBe(first.text)
      await phone.expect('200', 300).catch(() => undefined)
      await phone.expectNo('200', 2_500)
    })

    test('a repeated INVITE reaches the application once', async () => {
      let count = 0
      await application((app) =>
        app.invite((_, res) => {
          count++
          setTimeout(() => res.send(486), 300)
        }),
      )
      const phone = await aPhone()
      const invite = request({ phone, method: 'INVITE', uri: target(), body: sdp() })

      phone.send(invite, server.sipPort)
      phone.send(invite, server.sipPort)
      phone.send(invite, server.sipPort)
      await phone.expect('486')

      expect(count).toBe(1)
    })

    test('a refusal is repeated until it is acknowledged', async () => {
      await application((app) => app.invite((_, res) => res.send(486)))
      const phone = await aPhone()
      const branch = newBranch()
      const invite = { phone, uri: target(), branch, callId: newBranch() }

      phone.send(request({ ...invite, method: 'INVITE', body: sdp() }), server.sipPort)
      await phone.expect('486')
      const again = await phone.expect('486')
      phone.send(request({ ...invite, method: 'ACK', to: again.header('to') ?? '' }), server.sipPort)

      await phone.expect('486', 200).catch(() => undefined)
      await phone.expectNo('486', 2_500)
    })

    test('a CANCEL before the answer ends the call with 487 and tells the application', async () => {
      const cancelled = new Promise<void>((resolve) => {
        application((app) =>
          app.invite((req, res) => {
            req.on('cancel', () => resolve())
            res.send(180)
          }),
        ).catch(() => undefined)
      })
      await application()
      const phone = await aPhone()
      const call = { phone, uri: target(), branch: newBranch(), callId: newBranch() }

      phone.send(request({ ...call, method: 'INVITE', body: sdp() }), server.sipPort)
      await phone.expect('180')
      phone.send(request({ ...call, method: 'CANCEL' }), server.sipPort)
      const accepted = await phone.expect('200')
      const refused = await phone.expect('487')
      await cancelled

      expect(accepted.header('cseq')).toBe('1 CANCEL')
      expect(refused.header('cseq')).toBe('1 INVITE')
    })

    test('a CANCEL before the application said anything ends the call with 487', async () => {
      const cancelled = new Promise<void>((resolve) => {
        application((app) => app.invite((req) => req.on('cancel', () => resolve()))).catch(() => undefined)
      })
      await application()
      const phone = await aPhone()
      const call = { phone, uri: target(), branch: newBranch(), callId: newBranch() }

      phone.send(request({ ...call, method: 'INVITE', body: sdp() }), server.sipPort)
      await phone.expect('100')
      phone.send(request({ ...call, method: 'CANCEL' }), server.sipPort)
      await phone.expect('487')

      await cancelled
    })

    // drachtio-server answers 481 and hangs up by itself, against RFC 3261 section 9.2.
    test.skipIf(isReal)('a CANCEL after the answer is accepted and changes nothing', async () => {
      let dialog: AppDialog | undefined
      await application((app) =>
        app.invite(async (req, res) => {
          dialog = await app.createUAS(req, res, { localSdp: sdp() })
        }),
      )
      const phone = await aPhone()
      const call = { phone, uri: target(), branch: newBranch(), callId: newBranch() }

      phone.send(request({ ...call, method: 'INVITE', body: sdp() }), server.sipPort)
      const answer = await phone.expect('200')
      phone.send(request({ ...call, method: 'CANCEL' }), server.sipPort)
      const accepted = await phone.expect('200')
      phone.send(inDialog(phone, 'ACK', answer, 1), server.sipPort)
      await phone.expectNo('487', 300)
      const hangingUp = dialog?.destroy()
      phone.send(response(await phone.expect('BYE'), 200), server.sipPort)
      await hangingUp

      expect(accepted.header('cseq')).toBe('1 CANCEL')
    })

    test('the application hangs up, holds and sends INFO within the call', async () => {
      const answered = new Promise<AppDialog>((resolve) => {
        application((app) =>
          app.invite(async (req, res) => resolve(await app.createUAS(req, res, { localSdp: sdp() }))),
        ).catch(() => undefined)
      })
      await application()
      const phone = await aPhone()
      phone.send(request({ phone, method: 'INVITE', uri: target(), body: sdp() }), server.sipPort)
      const answer = await phone.expect('200')
      phone.send(inDialog(phone, 'ACK', answer, 1), server.sipPort)
      const dialog = await answered

      const info = dialog.request({
        method: 'INFO',
        body: 'Signal=5',
        headers: { 'Content-Type': 'application/dtmf-relay' },
      })
      const heardInfo = await phone.expect('INFO')
      phone.send(response(heardInfo, 200), server.sipPort)
      const holding = dialog.modify(sdp().replace('sendrecv', 'sendonly'))
      const reInvite = await phone.expect('INVITE')
      phone.send(response(reInvite, 200, { contact: phone.uri('caller'), body: sdp(40_002) }), server.sipPort)
      const ack = await phone.expect('ACK')
      const hangingUp = dialog.destroy()
      const bye = await phone.expect('BYE')
      phone.send(response(bye, 200), server.sipPort)
      await hangingUp

      expect((await info).status).toBe(200)
      expect(heardInfo.body).toBe('Signal=5')
      expect(await holding).toBe(sdp(40_002))
      expect(ack.header('cseq')?.split(' ')[0]).toBe(reInvite.header('cseq')?.split(' ')[0])
      expect(bye.startLine).toBe(`BYE ${phone.uri('caller')} SIP/2.0`)
      expect(bye.header('to')).toBe(answer.header('from'))
      expect(bye.header('from')).toBe(answer.header('to'))
    })

    test('a REGISTER is challenged and accepted as the application decides', async () => {
      await application((app) =>
        app.register((req, res) => {
          if (req.has('Authorization')) {
            res.send(200, { headers: { Contact: `${req.get('Contact')};expires=300`, 'X-Seen': 'yes' } })
          } else
            res.send(401, { headers: { 'WWW-Authenticate': 'Digest realm="hotline", nonce="abc", algorithm=SHA-256' } })
        }),
      )
      const phone = await aPhone()
      const register = { phone, method: 'REGISTER', uri: `sip:127.0.0.1:${server.sipPort}`, callId: newBranch() }

      phone.send(request(register), server.sipPort)
      const challenge = await phone.expect('401')
      phone.send(request({ ...register, cseq: 2, extra: ['Authorization: Digest username="1001"'] }), server.sipPort)
      const accepted = await phone.expect('200')

      expect(challenge.header('www-authenticate')).toBe('Digest realm="hotline", nonce="abc", algorithm=SHA-256')
      expect(accepted.header('contact')).toContain('expires=300')
      expect(accepted.header('x-seen')).toBe('yes')
      expect(accepted.header('via')).toContain(`rport=${phone.port}`)
    })

    test('a BYE of no call is refused with 481', async () => {
      await application((app) => app.invite((_, res) => res.send(486)))
      const phone = await aPhone()

      phone.send(request({ phone, method: 'BYE', uri: target(), to: `<${target()}>;tag=gone` }), server.sipPort)

      await phone.expect('481')
    })
  })

  describe('an application calls', () => {
    test.each(['udp', 'tcp'] as const)(
      'a call over %s is answered, acknowledged and hung up by the phone',
      async (transport) => {
        const app = await application()
        const phone = await aPhone(transport)

        const calling = app.createUAC(phone.uri('1001'), {
          localSdp: sdp(),
          headers: { From: 'sip:12345@localhost', 'X-Call': 'abc' },
        })
        const invite = await phone.expect('INVITE')
        phone.send(response(invite, 180, { tag: 'p' }), server.sipPort)
        phone.send(response(invite, 200, { tag: 'p', contact: phone.uri('1001'), body: sdp(40_004) }), server.sipPort)
        const dialog = await calling
        const ack = await phone.expect('ACK')
        const ended = new Promise<AppRequest>((resolve) => dialog.once('destroy', resolve))
        phone.send(
          request({
            phone,
            method: 'BYE',
            uri: contactUri(invite),
            callId: invite.header('call-id') ?? '',
            from: `${invite.header('to')};tag=p`,
            to: invite.header('from') ?? '',
          }),
          server.sipPort,
        )
        await phone.expect('200')
        await ended

        expect(invite.startLine).toBe(`INVITE ${phone.uri('1001')} SIP/2.0`)
        expect(invite.header('from')).toMatch(`<sip:12345@127.0.0.1:${server.sipPort}>;tag=`)
        expect(invite.header('x-call')).toBe('abc')
        expect(invite.body).toBe(sdp())
        expect(ack.header('cseq')).toBe(`${invite.header('cseq')?.split(' ')[0]} ACK`)
        expect(ack.header('to')).toContain('tag=p')
        expect(dialog.remote.sdp).toBe(sdp(40_004))
      },
    )

    test('an INVITE nobody answers is repeated, and a repeated answer gets its ACK again', async () => {
      const app = await application()
      const phone = await aPhone()

      const calling = app.createUAC(phone.uri(), { localSdp: sdp() })
      const first = await phone.expect('INVITE')
      const second = await phone.expect('INVITE')
      const answer = response(second, 200, { tag: 'p', contact: phone.uri(), body: sdp() })
      phone.send(answer, server.sipPort)
      await phone.expect('ACK')
      phone.send(answer, server.sipPort)
      await phone.expect('ACK')
      const dialog = await calling
      const hangingUp = dialog.destroy()
      phone.send(response(await phone.expect('BYE'), 200), server.sipPort)
      await hangingUp

      expect(second.header('via')).toBe(first.header('via'))
    })

    test('a refusal is acknowledged by the server and reported', async () => {
      const app = await application()
      const phone = await aPhone()

      const calling = app.createUAC(phone.uri(), { localSdp: sdp() })
      const failed = expect(calling).rejects.toMatchObject({ status: 486 })
      const invite = await phone.expect('INVITE')
      phone.send(response(invite, 486, { tag: 'p' }), server.sipPort)
      const ack = await phone.expect('ACK')

      await failed
      expect(ack.header('via')).toBe(invite.header('via'))
      expect(ack.startLine).toBe(`ACK ${phone.uri()} SIP/2.0`)
    })

    test('a call is cancelled while it rings', async () => {
      const app = await application()
      const phone = await aPhone()

      const calling = app.createUAC(
        phone.uri(),
        { localSdp: sdp() },
        {
          cbRequest: (_, req) => setTimeout(() => req.cancel(), 300),
        },
      )
      const failed = expect(calling).rejects.toMatchObject({ status: 487 })
      const invite = await phone.expect('INVITE')
      phone.send(response(invite, 180, { tag: 'p' }), server.sipPort)
      const cancel = await phone.expect('CANCEL')
      phone.send(response(cancel, 200), server.sipPort)
      phone.send(response(invite, 487, { tag: 'p' }), server.sipPort)
      await phone.expect('ACK')

      await failed
      expect(cancel.header('via')).toBe(invite.header('via'))
      expect(cancel.header('cseq')).toBe(`${invite.header('cseq')?.split(' ')[0]} CANCEL`)
    })

    test('a phone that answers while the CANCEL is on its way is hung up', async () => {
      const app = await application()
      const phone = await aPhone()

      const calling = app.createUAC(
        phone.uri(),
        { localSdp: sdp() },
        {
          cbRequest: (_, req) => setTimeout(() => req.cancel(), 300),
        },
      )
      const invite = await phone.expect('INVITE')
      phone.send(response(invite, 180, { tag: 'p' }), server.sipPort)
      const cancel = await phone.expect('CANCEL')
      phone.send(response(invite, 200, { tag: 'p', contact: phone.uri(), body: sdp() }), server.sipPort)
      phone.send(response(cancel, 200), server.sipPort)
      await phone.expect('ACK')
      const bye = await phone.expect('BYE')
      phone.send(response(bye, 200), server.sipPort)

      await calling
      expect(bye.header('to')).toContain('tag=p')
    })

    test('a call through proxies follows their Record-Route', async () => {
      const app = await application()
      const [phone, edge] = [await aPhone(), await aPhone()]
      const route = `<sip:127.0.0.1:${edge.port};lr>`

      const calling = app.createUAC(phone.uri(), { localSdp: sdp(), proxy: `sip:127.0.0.1:${edge.port}` })
      const invite = await edge.expect('INVITE')
      const answer = { tag: 'p', contact: phone.uri(), body: sdp(), extra: [`Record-Route: ${route}`] }
      edge.send(response(invite, 200, answer), server.sipPort)
      const ack = await edge.expect('ACK')
      const dialog = await calling
      const hangingUp = dialog.destroy()
      const bye = await edge.expect('BYE')
      edge.send(response(bye, 200), server.sipPort)
      await hangingUp

      expect(invite.startLine).toBe(`INVITE ${phone.uri()} SIP/2.0`)
      expect(ack.header('route')).toBe(route)
      expect(bye.header('route')).toBe(route)
      expect(bye.startLine).toBe(`BYE ${phone.uri()} SIP/2.0`)
    })

    test.each(['OPTIONS', 'MESSAGE', 'NOTIFY'])('%s outside a call gets its response', async (method) => {
      const app = await application()
      const phone = await aPhone()
      const headers = {
        'Content-Type': 'text/plain',
        ...(method === 'NOTIFY' ? { Event: 'x', 'Subscription-State': 'active' } : {}),
      }

      const sent = await app.request(phone.uri(), { method, headers, body: 'hello' })
      const answered = new Promise<AppRequest>((resolve) => sent.on('response', resolve))
      const heard = await phone.expect(method)
      phone.send(response(heard, 200, { tag: 'p' }), server.sipPort)

      expect(heard.body).toBe('hello')
      expect((await answered).get('cseq')).toContain(method)
    })

    test('credentials are sent after a challenge', async () => {
      const app = await application()
      const phone = await aPhone()

      const calling = app.createUAC(phone.uri(), { localSdp: sdp(), auth: { username: 'u', password: 'p' } })
      const first = await phone.expect('INVITE')
      const challenge = ['WWW-Authenticate: Digest realm="r", nonce="n", algorithm=MD5, qop="auth"']
      phone.send(response(first, 401, { tag: 'p', extra: challenge }), server.sipPort)
      const second = await phone.expect('INVITE')
      phone.send(response(second, 200, { tag: 'q', contact: phone.uri(), body: sdp() }), server.sipPort)
      const dialog = await calling
      const hangingUp = dialog.destroy()
      phone.send(response(await phone.expect('BYE'), 200), server.sipPort)
      await hangingUp

      expect(second.header('authorization')).toContain('username="u"')
      expect(second.header('call-id')).toBe(first.header('call-id'))
      expect(Number.parseInt(second.header('cseq') ?? '', 10)).toBe(Number.parseInt(first.header('cseq') ?? '', 10) + 1)
    })
  })

  describe('an application stands between two phones', () => {
    test('a call is joined from both sides and ended by either', async () => {
      const callee = await aPhone()
      let isJoined = false
      await application((app) =>
        app.invite(async (req, res) => {
          const { uas, uac } = await app.createB2BUA(req, res, callee.uri('1001'))
          uas.once('destroy', () => void uac.destroy())
          uac.once('destroy', () => void uas.destroy())
          isJoined = true
        }),
      )
      const caller = await aPhone()

      caller.send(request({ phone: caller, method: 'INVITE', uri: target(), body: sdp(40_010) }), server.sipPort)
      const invite = await callee.expect('INVITE')
      callee.send(response(invite, 180, { tag: 'p' }), server.sipPort)
      await caller.expect('180')
      callee.send(response(invite, 200, { tag: 'p', contact: callee.uri('1001'), body: sdp(40_012) }), server.sipPort)
      const answer = await caller.expect('200')
      await callee.expect('ACK')
      caller.send(inDialog(caller, 'ACK', answer, 1), server.sipPort)
      await vi.waitUntil(() => isJoined)
      caller.send(inDialog(caller, 'BYE', answer, 2), server.sipPort)
      await caller.expect('200')
      const bye = await callee.expect('BYE')
      callee.send(response(bye, 200), server.sipPort)

      expect(invite.body).toBe(sdp(40_010))
      expect(answer.body).toBe(sdp(40_012))
      expect(invite.header('call-id')).not.toBe(answer.header('call-id'))
    })

    test('a caller who hangs up while the phone rings cancels the other side', async () => {
      const callee = await aPhone()
      await application((app) =>
        app.invite((req, res) => {
          app.createB2BUA(req, res, callee.uri('1001')).catch(() => undefined)
        }),
      )
      const caller = await aPhone()
      const call = { phone: caller, uri: target(), branch: newBranch(), callId: newBranch() }

      caller.send(request({ ...call, method: 'INVITE', body: sdp() }), server.sipPort)
      const invite = await callee.expect('INVITE')
      callee.send(response(invite, 180, { tag: 'p' }), server.sipPort)
      await caller.expect('180')
      const hungUpAt = Date.now()
      caller.send(request({ ...call, method: 'CANCEL' }), server.sipPort)
      const cancel = await callee.expect('CANCEL')
      const tookMs = Date.now() - hungUpAt
      callee.send(response(cancel, 200), server.sipPort)
      callee.send(response(invite, 487, { tag: 'p' }), server.sipPort)
      await callee.expect('ACK')
      await caller.expect('487')

      expect(tookMs).toBeLessThan(1000)
    })
  })
})

function contactUri(message: RawMessage): string {
  return /<([^>]+)>/.exec(message.header('contact') ?? '')?.[1] ?? ''
}
