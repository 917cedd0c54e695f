import { describe, expect, test, vi } from 'vitest'
import { sipServers } from '../support/drachtio-daemon.ts'
import { newBranch, request, response } from '../support/raw-sip.ts'
import { applicationAnswers } from './sip-server-answering.ts'
import { connectApp, sdp } from './sip-server-app.ts'
import { applicationCalls } from './sip-server-calling.ts'
import { inDialog, sipServerScene } from './sip-server-scene.ts'

describe.each(sipServers())('SIP server: $name', ({ start, isReal }) => {
  const scene = sipServerScene(start)
  const { application, aPhone, target } = scene

  describe('connection of an application', () => {
    test('a wrong secret is refused', async () => {
      const connecting = connectApp({ adminPort: scene.server.adminPort, secret: 'guessed' })

      await expect(connecting).rejects.toThrow('failed to authenticate')
    })

    test('without an application a request is refused with 503', async () => {
      const phone = await aPhone()

      phone.send(request({ phone, method: 'OPTIONS', uri: target() }), scene.server.sipPort)

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
        phone.send(request({ phone, method: 'OPTIONS', uri: target() }), scene.server.sipPort)
        await phone.expect('200')
      }

      expect(served.toSorted()).toEqual([1, 1, 2, 2])
    })
  })

  applicationAnswers(scene, { isReal })
  applicationCalls(scene)

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

      caller.send(request({ phone: caller, method: 'INVITE', uri: target(), body: sdp(40_010) }), scene.server.sipPort)
      const invite = await callee.expect('INVITE')
      callee.send(response(invite, 180, { tag: 'p' }), scene.server.sipPort)
      await caller.expect('180')
      callee.send(
        response(invite, 200, { tag: 'p', contact: callee.uri('1001'), body: sdp(40_012) }),
        scene.server.sipPort,
      )
      const answer = await caller.expect('200')
      await callee.expect('ACK')
      caller.send(inDialog(caller, 'ACK', answer, 1), scene.server.sipPort)
      await vi.waitUntil(() => isJoined)
      caller.send(inDialog(caller, 'BYE', answer, 2), scene.server.sipPort)
      await caller.expect('200')
      const bye = await callee.expect('BYE')
      callee.send(response(bye, 200), scene.server.sipPort)

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

      caller.send(request({ ...call, method: 'INVITE', body: sdp() }), scene.server.sipPort)
      const invite = await callee.expect('INVITE')
      callee.send(response(invite, 180, { tag: 'p' }), scene.server.sipPort)
      await caller.expect('180')
      const hungUpAt = Date.now()
      caller.send(request({ ...call, method: 'CANCEL' }), scene.server.sipPort)
      const cancel = await callee.expect('CANCEL')
      const tookMs = Date.now() - hungUpAt
      callee.send(response(cancel, 200), scene.server.sipPort)
      callee.send(response(invite, 487, { tag: 'p' }), scene.server.sipPort)
      await callee.expect('ACK')
      await caller.expect('487')

      expect(tookMs).toBeLessThan(10_000)
    })
  })
})
