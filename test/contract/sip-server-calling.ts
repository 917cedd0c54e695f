import { describe, expect, test } from 'vitest'
import { request, response } from '../support/raw-sip.ts'
import { type AppRequest, sdp } from './sip-server-app.ts'
import { contactUri, type SipServerScene } from './sip-server-scene.ts'

/** What an application that calls phones by the server can rely on. */
export function applicationCalls(scene: SipServerScene): void {
  describe('an application calls', () => {
    const { application, aPhone } = scene

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
        phone.send(response(invite, 180, { tag: 'p' }), scene.server.sipPort)
        phone.send(
          response(invite, 200, { tag: 'p', contact: phone.uri('1001'), body: sdp(40_004) }),
          scene.server.sipPort,
        )
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
          scene.server.sipPort,
        )
        await phone.expect('200')
        await ended

        expect(invite.startLine).toBe(`INVITE ${phone.uri('1001')} SIP/2.0`)
        expect(invite.header('from')).toMatch(`<sip:12345@127.0.0.1:${scene.server.sipPort}>;tag=`)
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
      phone.send(answer, scene.server.sipPort)
      await phone.expect('ACK')
      phone.send(answer, scene.server.sipPort)
      await phone.expect('ACK')
      const dialog = await calling
      const hangingUp = dialog.destroy()
      phone.send(response(await phone.expect('BYE'), 200), scene.server.sipPort)
      await hangingUp

      expect(second.header('via')).toBe(first.header('via'))
    })

    test('a refusal is acknowledged by the server and reported', async () => {
      const app = await application()
      const phone = await aPhone()

      const calling = app.createUAC(phone.uri(), { localSdp: sdp() })
      const failed = expect(calling).rejects.toMatchObject({ status: 486 })
      const invite = await phone.expect('INVITE')
      phone.send(response(invite, 486, { tag: 'p' }), scene.server.sipPort)
      const ack = await phone.expect('ACK')

      await failed
      expect(ack.header('via')).toBe(invite.header('via'))
      expect(ack.startLine).toBe(`ACK ${phone.uri()} SIP/2.0`)
    })

    /** A phone that rings and has heard the CANCEL. */
    async function cancelled() {
      const app = await application()
      const phone = await aPhone()
      const cancelSoon = (_: Error | null, request: { cancel(): void }) => setTimeout(() => request.cancel(), 300)
      const calling = app.createUAC(phone.uri(), { localSdp: sdp() }, { cbRequest: cancelSoon })
      // Who calls says what is expected of it.
      calling.catch(() => undefined)
      const invite = await phone.expect('INVITE')
      phone.send(response(invite, 180, { tag: 'p' }), scene.server.sipPort)
      return { phone, calling, invite, cancel: await phone.expect('CANCEL') }
    }

    test('a call is cancelled while it rings', async () => {
      const { phone, calling, invite, cancel } = await cancelled()
      const failed = expect(calling).rejects.toMatchObject({ status: 487 })
      phone.send(response(cancel, 200), scene.server.sipPort)
      phone.send(response(invite, 487, { tag: 'p' }), scene.server.sipPort)
      await phone.expect('ACK')

      await failed
      expect(cancel.header('via')).toBe(invite.header('via'))
      expect(cancel.header('cseq')).toBe(`${invite.header('cseq')?.split(' ')[0]} CANCEL`)
    })

    test('a phone that answers while the CANCEL is on its way is hung up', async () => {
      const { phone, calling, invite, cancel } = await cancelled()
      phone.send(response(invite, 200, { tag: 'p', contact: phone.uri(), body: sdp() }), scene.server.sipPort)
      phone.send(response(cancel, 200), scene.server.sipPort)
      await phone.expect('ACK')
      const bye = await phone.expect('BYE')
      phone.send(response(bye, 200), scene.server.sipPort)

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
      edge.send(response(invite, 200, answer), scene.server.sipPort)
      const ack = await edge.expect('ACK')
      const dialog = await calling
      const hangingUp = dialog.destroy()
      const bye = await edge.expect('BYE')
      edge.send(response(bye, 200), scene.server.sipPort)
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
      phone.send(response(heard, 200, { tag: 'p' }), scene.server.sipPort)

      expect(heard.body).toBe('hello')
      expect((await answered).get('cseq')).toContain(method)
    })

    test('credentials are sent after a challenge', async () => {
      const app = await application()
      const phone = await aPhone()

      const calling = app.createUAC(phone.uri(), { localSdp: sdp(), auth: { username: 'u', password: 'p' } })
      const first = await phone.expect('INVITE')
      const challenge = ['WWW-Authenticate: Digest realm="r", nonce="n", algorithm=MD5, qop="auth"']
      phone.send(response(first, 401, { tag: 'p', extra: challenge }), scene.server.sipPort)
      const second = await phone.expect('INVITE')
      phone.send(response(second, 200, { tag: 'q', contact: phone.uri(), body: sdp() }), scene.server.sipPort)
      const dialog = await calling
      const hangingUp = dialog.destroy()
      phone.send(response(await phone.expect('BYE'), 200), scene.server.sipPort)
      await hangingUp

      expect(second.header('authorization')).toContain('username="u"')
      expect(second.header('call-id')).toBe(first.header('call-id'))
      expect(Number.parseInt(second.header('cseq') ?? '', 10)).toBe(Number.parseInt(first.header('cseq') ?? '', 10) + 1)
    })
  })
}
