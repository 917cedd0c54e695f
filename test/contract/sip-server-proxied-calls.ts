import { type RawMessage, type RawPhone, request, response } from '../support/raw-sip.ts'
import { type ProxyResults, sdp } from './sip-server-app.ts'
import { contactUri, type SipServerScene } from './sip-server-scene.ts'

/** Calls that an application passes on to phones, and the requests of either side within them. */
export function proxiedCalls(scene: SipServerScene) {
  const { application } = scene

  /** An application that proxies every INVITE to the phones and tells how it went. */
  async function proxyTo(targets: readonly RawPhone[], options: Record<string, unknown> = { recordRoute: true }) {
    const results: Promise<ProxyResults>[] = []
    await application((srf) =>
      srf.invite((req) => {
        const proxied = srf.proxyRequest(
          req,
          targets.map((phone) => phone.uri('1001')),
          { ...options },
        )
        proxied.catch(() => undefined)
        results.push(proxied)
      }),
    )
    return { results }
  }

  const target = (): string => scene.target('1001')

  function invite(phone: RawPhone, parts: Partial<Parameters<typeof request>[0]> = {}): string {
    return request({ phone, method: 'INVITE', uri: target(), body: sdp(), ...parts })
  }

  /** A request of the caller within the call, by the route set it learnt (RFC 3261 section 12.1.2). */
  function fromCaller(caller: RawPhone, answer: RawMessage, method: string, cseq: number, body = ''): string {
    return request({
      phone: caller,
      method,
      uri: contactUri(answer),
      callId: answer.header('call-id') ?? '',
      from: answer.header('from') ?? '',
      to: answer.header('to') ?? '',
      routes: answer.headers('record-route').flatMap(list).toReversed(),
      cseq,
      body,
    })
  }

  function fromCallee(callee: RawPhone, heard: RawMessage, method: string, cseq: number, body = ''): string {
    return request({
      phone: callee,
      method,
      uri: contactUri(heard),
      callId: heard.header('call-id') ?? '',
      from: `${heard.header('to')};tag=p`,
      to: heard.header('from') ?? '',
      routes: heard.headers('record-route').flatMap(list),
      cseq,
      body,
    })
  }

  /** The same of a caller who sends everything to the number it called. */
  function unrouted(caller: RawPhone, answer: RawMessage, method: string, cseq: number): string {
    const [callId, from, to] = ['call-id', 'from', 'to'].map((name) => answer.header(name) ?? '')
    return request({ phone: caller, method, uri: target(), callId, from, to, cseq })
  }

  async function establish(caller: RawPhone, callee: RawPhone, { withRoute = true } = {}) {
    caller.send(invite(caller), scene.server.sipPort)
    const heard = await callee.expect('INVITE')
    callee.send(response(heard, 180, { tag: 'p' }), scene.server.sipPort)
    await caller.expect('180')
    callee.send(
      response(heard, 200, { tag: 'p', contact: callee.uri('1001'), body: sdp(40_100) }),
      scene.server.sipPort,
    )
    const answer = await caller.expect('200')
    const ack = withRoute ? fromCaller(caller, answer, 'ACK', 1) : unrouted(caller, answer, 'ACK', 1)
    caller.send(ack, scene.server.sipPort)
    await callee.expect('ACK')
    return { heard, answer }
  }

  return { proxyTo, target, invite, fromCaller, fromCallee, unrouted, establish }
}

function list(value: string): string[] {
  return value.split(',').map((each) => each.trim())
}
