import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Asks } from '../../sip/browser-watch.ts'
import { type RunningSipServer, sipServers } from '../support/drachtio-daemon.ts'
import { newBranch, type RawMessage, type RawPhone, request, response, udpPhone, wsPhone } from '../support/raw-sip.ts'
import { until } from '../support/until.ts'
import { type AppRequest, connectApp, disconnectApp, type SrfApp, sdp } from './sip-server-app.ts'

/** A busy machine is no reason to fail. */
const patience = 10_000

const ways = sipServers().flatMap((server) => [
  { ...server, secure: false, over: 'WebSocket' },
  { ...server, secure: true, over: 'secured WebSocket' },
])

describe.each(ways)('SIP over $over: $name', ({ start, isReal, secure }) => {
  const transport = secure ? 'wss' : 'ws'
  let server: RunningSipServer
  let app: SrfApp & Asks
  let onInvite: (request: AppRequest) => void = () => {}
  /** Where the browser's REGISTER came from: the way a registrar keeps for calls to it. */
  const sources = new Map<string, string>()
  const phones: RawPhone[] = []

  beforeAll(async () => {
    server = await start({ secure })
    app = (await connectApp(server, (srf) => {
      srf.register((req, res) => {
        const user = /sip:([^@]+)@/.exec(req.get('to'))?.[1] ?? ''
        const { source_address: host, source_port: port } = req as AppRequest & { source_port: number }
        sources.set(user, `sip:${user}@${host}:${port};transport=${transport}`)
        res.send(200, { headers: { Contact: `${req.get('contact')};expires=600` } })
      })
      srf.options((_req, res) => res.send(200))
      srf.invite((req) => onInvite(req))
    })) as SrfApp & Asks
  })

  afterAll(async () => {
    await disconnectApp(app)
    await server.stop()
  })

  afterEach(async () => {
    await Promise.all(phones.splice(0).map((phone) => phone.close()))
  })

  const connected = (options: { origin?: string; protocol?: string } = {}) =>
    wsPhone(server.wsPort, { ...options, secure })
  const target = (user = '12345') => `sip:${user}@127.0.0.1:${server.sipPort}`

  async function registered(user: string) {
    const browser = await connected()
    phones.push(browser)
    const address = `<sip:${user}@127.0.0.1>`
    const register = request({
      phone: browser,
      method: 'REGISTER',
      uri: target(''),
      from: `${address};tag=1`,
      to: address,
    })
    browser.send(register.replace('sip:@', 'sip:'), 0)
    await browser.expect('200', patience)
    return browser
  }

  async function caller(): Promise<RawPhone> {
    const phone = await udpPhone()
    phones.push(phone)
    return phone
  }

  /** A caller on UDP rings the browser through the application's proxy. */
  async function ringing(user: string) {
    const [browser, phone] = [await registered(user), await caller()]
    onInvite = (req) =>
      void app.proxyRequest(req, sources.get(user) ?? '', { recordRoute: true }).catch(() => undefined)
    const invite = { phone, method: 'INVITE', uri: target(user), callId: newBranch(), branch: newBranch(), body: sdp() }
    phone.send(request(invite), server.sipPort)
    return { browser, phone, invite, offered: await browser.expect('INVITE', patience) }
  }

  /** The browser answers, and the caller has the answer. */
  async function talking(user: string) {
    const { browser, phone, offered, ...rest } = await ringing(user)
    browser.send(response(offered, 200, { tag: 'browser', contact: browser.uri('caller'), body: sdp() }), 0)
    const answer = await phone.expect('200', patience)
    phone.send(inDialog({ phone, method: 'ACK', answer, cseq: 1 }), server.sipPort)
    await browser.expect('ACK', patience)
    return { browser, phone, offered, answer, ...rest }
  }

  test('a REGISTER is answered over the connection it came by', async () => {
    const browser = await registered('web-1')

    expect(browser.heard.at(-1)?.header('cseq')).toBe('1 REGISTER')
    expect(browser.heard.at(-1)?.header('contact')).toContain('.invalid')
  })

  test('a call for a browser goes over its connection, rings and is answered', async () => {
    const { offered, answer } = await talking('web-2')

    expect(offered.header('via')).toMatch(secure ? /^SIP\/2\.0\/WSS / : /^SIP\/2\.0\/WS /)
    expect(answer.header('contact')).toContain('.invalid')
  })

  test('a caller who hangs up while the browser rings cancels there', async () => {
    const { browser, phone, invite, offered } = await ringing('web-3')
    browser.send(response(offered, 180, { tag: 'browser' }), 0)
    await phone.expect('180', patience)

    phone.send(request({ ...invite, method: 'CANCEL', body: '' }), server.sipPort)

    const cancel = await browser.expect('CANCEL', patience)
    browser.send(response(cancel, 200), 0)
    browser.send(response(offered, 487, { tag: 'browser' }), 0)
    expect((await phone.expect('487', patience)).header('cseq')).toBe('1 INVITE')
  })

  test('a caller hangs up, and the browser whose contact is no address hears it', async () => {
    const { browser, phone, answer } = await talking('web-4')

    phone.send(inDialog({ phone, method: 'BYE', answer, cseq: 2 }), server.sipPort)

    browser.send(response(await browser.expect('BYE', patience), 200), 0)
    await phone.expect('200', patience)
  })

  test('the browser hangs up', async () => {
    const { browser, phone, offered } = await talking('web-5')

    browser.send(fromCallee(browser, 'BYE', offered), 0)

    phone.send(response(await phone.expect('BYE', patience), 200), server.sipPort)
    await browser.expect('200', patience)
  })

  test('the browser asks for another party by REFER', async () => {
    const { browser, phone, offered } = await talking('web-6')

    browser.send(fromCallee(browser, 'REFER', offered, ['Refer-To: <sip:12366@127.0.0.1>']), 0)

    const refer = await phone.expect('REFER', patience)
    expect(refer.header('refer-to')).toBe('<sip:12366@127.0.0.1>')
    phone.send(response(refer, 202), server.sipPort)
    await browser.expect('202', patience)
  })

  test('a browser that connects anew is reached by its new connection, also in a call of before', async () => {
    const { browser, phone, answer } = await talking('web-7')
    await browser.close()
    const again = await connected()
    phones.push(again)
    const address = '<sip:web-7@127.0.0.1>'
    const contact = `Contact: <${browser.uri('caller')}>`
    const register = request({
      phone: again,
      method: 'REGISTER',
      uri: 'sip:127.0.0.1',
      from: `${address};tag=1`,
      to: address,
    })
    again.send(register.replace(/^Contact: .*$/m, contact), 0)
    await again.expect('200', patience)

    phone.send(inDialog({ phone, method: 'BYE', answer, cseq: 2, uri: browser.uri('caller') }), server.sipPort)

    again.send(response(await again.expect('BYE', patience), 200), 0)
    await phone.expect('200', patience)
  })

  test('a browser that is gone is told of when it is asked for', async () => {
    const browser = await registered('web-9')
    await browser.close()

    const statuses: number[] = []
    const isGone = () => {
      void app.request(sources.get('web-9') ?? '', { method: 'OPTIONS' }, (_error, question) =>
        question.on('response', (answer) => statuses.push(answer.status)),
      )
      return statuses.includes(503)
    }
    // The server sees the end of the connection a moment after the browser.
    await until(isGone, 'the server tells that it is gone', 30_000, 250)
  })

  test.skipIf(isReal)('a browser that is gone is not waited for', async () => {
    const [browser, phone] = [await registered('web-8'), await caller()]
    await browser.close()
    onInvite = (req) =>
      void app
        .proxyRequest(req, sources.get('web-8') ?? '', { recordRoute: true, provisionalTimeout: '2000ms' })
        .catch(() => undefined)

    phone.send(request({ phone, method: 'INVITE', uri: target('web-8'), body: sdp() }), server.sipPort)

    const refusal = await Promise.any(['408', '480', '503', '500'].map((status) => phone.expect(status, patience)))
    expect(refusal.header('cseq')).toBe('1 INVITE')
  })

  test.skipIf(isReal)('a page of somebody else may not connect', async () => {
    await expect(connected({ origin: 'https://evil.example' })).rejects.toThrow('403')
  })

  test.skipIf(isReal)('a connection that does not speak SIP is refused', async () => {
    await expect(connected({ protocol: 'chat' })).rejects.toThrow('400')
  })

  test('a page of this host may connect, whatever its port', async () => {
    const browser = await connected({ origin: 'http://127.0.0.1:8080' })
    phones.push(browser)

    browser.send(request({ phone: browser, method: 'OPTIONS', uri: target() }), 0)

    expect((await browser.expect('200', patience)).header('cseq')).toBe('1 OPTIONS')
  })
})

function inDialog(parts: { phone: RawPhone; method: string; answer: RawMessage; cseq: number; uri?: string }): string {
  const { phone, method, answer, cseq } = parts
  return request({
    phone,
    method,
    uri: parts.uri ?? /<([^>]+)>/.exec(answer.header('contact') ?? '')?.[1] ?? '',
    callId: answer.header('call-id') ?? '',
    from: answer.header('from') ?? '',
    to: answer.header('to') ?? '',
    cseq,
    routes: answer.headers('record-route').toReversed(),
  })
}

/** A request of the called side within the dialog the INVITE made. */
function fromCallee(browser: RawPhone, method: string, invite: RawMessage, extra: readonly string[] = []): string {
  return request({
    phone: browser,
    method,
    uri: /<([^>]+)>/.exec(invite.header('contact') ?? '')?.[1] ?? '',
    callId: invite.header('call-id') ?? '',
    from: `${invite.header('to')};tag=browser`,
    to: invite.header('from') ?? '',
    cseq: 1,
    routes: invite.headers('record-route'),
    extra,
  })
}
