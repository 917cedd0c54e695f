import { describe, expect, test, vi } from 'vitest'
import { newBranch, request, response } from '../support/raw-sip.ts'
import { type AppDialog, type AppRequest, sdp } from './sip-server-app.ts'
import { inDialog, type SipServerScene } from './sip-server-scene.ts'

/** What an application that answers, or joins, calls by the server can rely on. */
export function applicationAnswers(scene: SipServerScene, { isReal }: { isReal: boolean }): void {
  describe('an application answers calls', () => {
    const { application, aPhone, target } = scene

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

        phone.send(request({ phone, method: 'INVITE', uri: target(), body: sdp() }), scene.server.sipPort)
        await phone.expect('100')
        const ringing = await phone.expect('180')
        const answer = await phone.expect('200')
        phone.send(inDialog(phone, 'ACK', answer, 1), scene.server.sipPort)
        await vi.waitUntil(() => ended !== undefined)
        phone.send(inDialog(phone, 'BYE', answer, 2), scene.server.sipPort)
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

      phone.send(request({ phone, method: 'INVITE', uri: target(), body: sdp() }), scene.server.sipPort)
      const first = await phone.expect('200')
      const second = await phone.expect('200')
      phone.send(inDialog(phone, 'ACK', second, 1), scene.server.sipPort)

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

      phone.send(invite, scene.server.sipPort)
      phone.send(invite, scene.server.sipPort)
      phone.send(invite, scene.server.sipPort)
      await phone.expect('486')

      expect(count).toBe(1)
    })

    test('a refusal is repeated until it is acknowledged', async () => {
      await application((app) => app.invite((_, res) => res.send(486)))
      const phone = await aPhone()
      const branch = newBranch()
      const invite = { phone, uri: target(), branch, callId: newBranch() }

      phone.send(request({ ...invite, method: 'INVITE', body: sdp() }), scene.server.sipPort)
      await phone.expect('486')
      const again = await phone.expect('486')
      phone.send(request({ ...invite, method: 'ACK', to: again.header('to') ?? '' }), scene.server.sipPort)

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

      phone.send(request({ ...call, method: 'INVITE', body: sdp() }), scene.server.sipPort)
      await phone.expect('180')
      phone.send(request({ ...call, method: 'CANCEL' }), scene.server.sipPort)
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

      phone.send(request({ ...call, method: 'INVITE', body: sdp() }), scene.server.sipPort)
      await phone.expect('100')
      phone.send(request({ ...call, method: 'CANCEL' }), scene.server.sipPort)
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

      phone.send(request({ ...call, method: 'INVITE', body: sdp() }), scene.server.sipPort)
      const answer = await phone.expect('200')
      phone.send(request({ ...call, method: 'CANCEL' }), scene.server.sipPort)
      const accepted = await phone.expect('200')
      phone.send(inDialog(phone, 'ACK', answer, 1), scene.server.sipPort)
      await phone.expectNo('487', 300)
      const hangingUp = dialog?.destroy()
      phone.send(response(await phone.expect('BYE'), 200), scene.server.sipPort)
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
      phone.send(request({ phone, method: 'INVITE', uri: target(), body: sdp() }), scene.server.sipPort)
      const answer = await phone.expect('200')
      phone.send(inDialog(phone, 'ACK', answer, 1), scene.server.sipPort)
      const dialog = await answered

      const info = dialog.request({
        method: 'INFO',
        body: 'Signal=5',
        headers: { 'Content-Type': 'application/dtmf-relay' },
      })
      const heardInfo = await phone.expect('INFO')
      phone.send(response(heardInfo, 200), scene.server.sipPort)
      const holding = dialog.modify(sdp().replace('sendrecv', 'sendonly'))
      const reInvite = await phone.expect('INVITE')
      phone.send(response(reInvite, 200, { contact: phone.uri('caller'), body: sdp(40_002) }), scene.server.sipPort)
      const ack = await phone.expect('ACK')
      const hangingUp = dialog.destroy()
      const bye = await phone.expect('BYE')
      phone.send(response(bye, 200), scene.server.sipPort)
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
      const register = { phone, method: 'REGISTER', uri: `sip:127.0.0.1:${scene.server.sipPort}`, callId: newBranch() }

      phone.send(request(register), scene.server.sipPort)
      const challenge = await phone.expect('401')
      phone.send(
        request({ ...register, cseq: 2, extra: ['Authorization: Digest username="1001"'] }),
        scene.server.sipPort,
      )
      const accepted = await phone.expect('200')

      expect(challenge.header('www-authenticate')).toBe('Digest realm="hotline", nonce="abc", algorithm=SHA-256')
      expect(accepted.header('contact')).toContain('expires=300')
      expect(accepted.header('x-seen')).toBe('yes')
      expect(accepted.header('via')).toContain(`rport=${phone.port}`)
    })

    test('a BYE of no call is refused with 481', async () => {
      await application((app) => app.invite((_, res) => res.send(486)))
      const phone = await aPhone()

      phone.send(request({ phone, method: 'BYE', uri: target(), to: `<${target()}>;tag=gone` }), scene.server.sipPort)

      await phone.expect('481')
    })
  })
}
