import { afterAll, afterEach, beforeAll } from 'vitest'
import type { RunningSipServer } from '../support/drachtio-daemon.ts'
import { type RawMessage, type RawPhone, request, tcpPhone, udpPhone } from '../support/raw-sip.ts'
import { connectApp, disconnectApp, type SrfApp } from './sip-server-app.ts'

/** A SIP server for the tests of one `describe`, with applications and phones that are gone after the test that made them. */
export function sipServerScene(start: () => Promise<RunningSipServer>) {
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

  return {
    get server() {
      return server
    },
    async application(prepare: (app: SrfApp) => void = () => {}): Promise<SrfApp> {
      const app = await connectApp(server, prepare)
      apps.push(app)
      return app
    },
    /** The applications of this test are gone before its end. */
    applicationsGo: () => Promise.all(apps.splice(0).map(disconnectApp)),
    async aPhone(transport: 'udp' | 'tcp' = 'udp'): Promise<RawPhone> {
      const phone = await (transport === 'udp' ? udpPhone() : tcpPhone())
      phones.push(phone)
      return phone
    },
    /** The URI of a user at the server. */
    target: (user = '12345') => `sip:${user}@127.0.0.1:${server.sipPort}`,
  }
}

export type SipServerScene = ReturnType<typeof sipServerScene>

/** The ACK or BYE of a caller for the answer it got. */
export function inDialog(
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

export function contactUri(message: RawMessage): string {
  return /<([^>]+)>/.exec(message.header('contact') ?? '')?.[1] ?? ''
}
