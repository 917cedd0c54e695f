import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../scripts/launch/free-port.ts'
import { Centre, variants } from '../support/centre.ts'
import { splitDialString } from '../support/dial-string-by-rule.ts'
import { type EslTap, ordinaryCommands, tapEventSocket } from '../support/esl-tap.ts'
import { inviteText, placeRawCall, type RawCall } from '../support/raw-caller.ts'
import { newBranch, type RawPhone, request, tcpPhone, udpPhone } from '../support/raw-sip.ts'
import { until } from '../support/until.ts'

const perSource = 20
/** Made by a caller whose name is run by a shell. */
const trace = join(tmpdir(), `yihao-intruder-${process.pid}`)
const dollar = '$'

/** Everybody goes straight to a person. */
const withoutMenu = `
default-line: "12345"
lines:
  "12345": { front: direct, language: cmn, greeting: [], person: { queue: general } }
`

/** The From header of a hostile caller. */
const from =
  (displayName: string, user = '13900000001') =>
  (text: string) =>
    text.replace(/^From: .*$/m, () => `From: ${displayName}<sip:${user}@127.0.0.1>;tag=caller`)
const header = (line: string) => (text: string) => text.replace('Max-Forwards', () => `${line}\r\nMax-Forwards`)
const latin1 = (...bytes: number[]) => Buffer.from(bytes).toString('latin1')

const hostile: [string, (text: string) => string][] = [
  ['CR LF as %0d%0a in the name', from('"Li%0d%0a%0d%0aapi shutdown" ')],
  ['CR LF as %0d%0a in the user part', from('', '139%0d%0a%0d%0aapi%20shutdown')],
  ['a comma and quotes in the name', from('"Li\',origination_uuid=intruder,x=\'" ')],
  ['a comma and a quote in the user part', from('', "139',intruder=1")],
  ['braces', from('"{absolute_codec_string=intruder}}sofia/edge/sip:9@127.0.0.1 &park()" ')],
  ['brackets', from('"[leg_timeout=1][intruder]<>" ')],
  ['a shell in the name', from(`"${dollar}{system touch ${trace}}" `)],
  ['a shell, with parentheses, in the name', from(`"${dollar}{system(touch ${trace})}" `)],
  ['a shell in the user part', from('', `${dollar}%7bsystem%20touch%20${encodeURIComponent(trace)}%7d`)],
  ['another separator', from('"^^:intruder=1:x=2" ')],
  ['bars and backslashes', from('"a|b\\\\|c:_:d" ')],
  ['a name in GBK', from(`"${latin1(0xc0, 0xee, 0xcb, 0xc4)}" `)],
  ['a name in broken UTF-8', from(`"${latin1(0xe5, 0x28, 0xff, 0xfe, 0xc3)}" `)],
  ['a NUL in the name', from('"a\0b" ')],
  ['a name of 10 kB', from(`"${'x'.repeat(10_000)}" `)],
  ['a number of 200 digits', from('', '1'.repeat(200))],
  ['a number with * and #', from('', '*55%23')],
  ['a bare # in the number', from('', '55#1')],
  ['a number with parameters', from('', '139;phone-context=x;intruder=1')],
  ['no number', (text) => text.replace(/^From: .*$/m, 'From: <sip:127.0.0.1>;tag=caller')],
  ['an anonymous caller', from('"Anonymous" ', 'anonymous')],
  ['a telephone URI', (text) => text.replace(/^From: .*$/m, 'From: <tel:+8613900000001>;tag=caller')],
  ['a hostile P-Asserted-Identity', header('P-Asserted-Identity: "{a=b},\'" <sip:1%0a\',intruder=1@127.0.0.1>')],
  [
    'a hostile Remote-Party-ID',
    header('Remote-Party-ID: "^^:intruder=1" <sip:139\',intruder@127.0.0.1>;party=calling'),
  ],
  ['a hostile Call-ID', (text) => text.replace(/^Call-ID: .*$/m, `Call-ID: ${newBranch()}{},'intruder'${dollar}{x}`)],
  ['a header of 50 kB', header(`X-Long: ${'x'.repeat(50_000)}`)],
  ['four hundred headers', header(Array.from({ length: 400 }, (_, n) => `X-Many-${n}: ${n}`).join('\r\n'))],
  ['an SDP that is none', (text) => text.replace(/v=0/, 'v=x')],
]

describe.each(variants())('hostile callers on $name', (variant) => {
  let centre: Centre
  let tap: EslTap
  let menusDir: string
  let sip: number
  const raw: RawPhone[] = []
  beforeAll(async () => {
    menusDir = mkdtempSync(join(tmpdir(), 'yihao-menus-'))
    writeFileSync(join(menusDir, 'direct.yaml'), withoutMenu)
    const eslPort = await freePort()
    tap = await tapEventSocket({ targetPort: eslPort })
    centre = await Centre.start({
      variant,
      env: { MENUS_DIR: menusDir, CALLS_PER_SOURCE: String(perSource) },
      switchEslPort: eslPort,
      hotlineEnv: { SWITCHES: `127.0.0.1:${tap.port}` },
    })
    sip = centre.stack.ports.sip
  })
  afterEach(async () => {
    await Promise.all(raw.splice(0).map((phone) => phone.close()))
    await centre.clear()
  })
  afterAll(async () => {
    await centre.stop()
    await tap.close()
    rmSync(menusDir, { recursive: true, force: true })
  })

  async function aPhone(transport: 'udp' | 'tcp' = 'udp', host?: string): Promise<RawPhone> {
    const phone = await (transport === 'tcp' ? tcpPhone() : udpPhone(host === undefined ? {} : { host }))
    raw.push(phone)
    return phone
  }

  const extraordinary = () => tap.commands.filter((command) => !ordinaryCommands.some((shape) => shape.test(command)))
  const originates = () => tap.commands.filter((command) => command.startsWith('fenced bgapi originate'))
  const isReady = async () => (await fetch(`http://127.0.0.1:${centre.stack.ports.http}/readyz`)).ok
  const agentIs = (agentId: string, state: string) =>
    until(async () => (await centre.admin.agentState(agentId)) === state, `agent ${agentId} is ${state}`)

  /** An ordinary citizen is still brought to an agent. */
  async function stillServes(agentId: string): Promise<void> {
    await agentIs(agentId, 'ready')
    const { call, callId } = await centre.call('')
    await centre.timeline.until('call.bridged', (data) => data.callId === callId)
    await call.hangUp()
    await agentIs(agentId, 'ready')
  }

  /** Follows an answered call to the agent and back. */
  async function talksWithAgent(call: RawCall, agentId: string): Promise<string> {
    const { data } = await centre.timeline.until(
      'call.offered',
      // FreeSWITCH keeps no Call-ID that looks like a variable.
      ({ sipCallId }) => sipCallId === call.callId || (sipCallId === '' && call.callId.includes('{')),
    )
    const bridged = await centre.timeline.until('call.bridged', ({ callId }) => callId === data.callId)
    expect(bridged.data.agentId).toBe(agentId)
    call.hangUp()
    const released = await centre.timeline.until('call.released', ({ callId }) => callId === data.callId)
    expect(released.data.by).toBe('caller')
    await agentIs(agentId, 'ready')
    return data.callerNumber
  }

  test('every kind of hostile caller is refused properly or served like any other, and commands nobody', async () => {
    await centre.agent('5001', { onCall: { kind: 'answer', afterMs: 0 } })
    const outcomes: Record<string, string> = {}
    for (const [what, spoil] of hostile) {
      const phone = await aPhone()
      const dialled = originates().length
      const text = spoil(inviteText(phone, { number: '12345', port: sip }))
      const length = Buffer.byteLength(text.split('\r\n\r\n')[1] ?? '')
      const call = await placeRawCall(phone, {
        text: text.replace(/Content-Length: \d+/, `Content-Length: ${length}`),
        port: sip,
      })
      // A datagram that is no SIP may be dropped; nothing else may be left without an answer.
      if (call === undefined) outcomes[what] = 'dropped'
      else if (call.status === 200) outcomes[what] = `served as ${await talksWithAgent(call, '5001')}`
      else outcomes[what] = `refused with ${call.status}`
      expect(originates().length - dialled, what).toBe(call?.status === 200 ? 1 : 0)
      expect(extraordinary(), what).toEqual([])
    }

    for (const [what, outcome] of Object.entries(outcomes)) {
      expect(`${what}: ${outcome}`).toMatch(
        /: (served as (anonymous|\+?[0-9*#]+)|refused with (400|413|416|488|513)|dropped)$/,
      )
    }
    const served = Object.values(outcomes).filter((outcome) => outcome.startsWith('served'))
    expect(served.length).toBeGreaterThan(hostile.length / 2)
    // Whatever a caller is called, a phone is rung with the same variables.
    const named = originates().map((command) => {
      const [line = ''] = command.replace(/^fenced bgapi /, '').split('\n')
      return splitDialString(line).variables.map(([name]) => name)
    })
    expect(new Set(named.map((names) => names.join(' '))).size).toBe(1)
    expect(named[0]).not.toContain('intruder')
    expect(existsSync(trace)).toBe(false)
    expect(await isReady()).toBe(true)
    await stillServes('5001')
  })

  test('a header of 64 kB over TCP is refused or served, and the next caller on UDP is served', async () => {
    await centre.agent('5002', { onCall: { kind: 'answer', afterMs: 0 } })
    const phone = await aPhone('tcp')
    const text = header(`X-Long: ${'x'.repeat(65_536)}`)(inviteText(phone, { number: '12345', port: sip }))

    const call = await placeRawCall(phone, { text, port: sip, withinMs: 3000 })
    if (call?.status === 200) await talksWithAgent(call, '5002')

    expect([undefined, 200, 400, 413, 513]).toContain(call?.status)
    await stillServes('5002')
  })

  test('datagrams and streams that are no SIP harm nobody', async () => {
    await centre.agent('5003', { onCall: { kind: 'answer', afterMs: 0 } })
    const udp = await aPhone()
    const ordinary = inviteText(udp, { number: '12345', port: sip })
    for (const datagram of [
      ordinary.replace(/^Via:.*\r\n/m, ''),
      ordinary.replace(/Content-Length: \d+/, 'Content-Length: 99999'),
      ordinary.replace(/Content-Length: \d+/, 'Content-Length: -1'),
      ordinary.replace(/Content-Length: \d+/, 'Content-Length: many'),
      ordinary.replace('INVITE', 'ÿÿÿÿ'),
      ordinary.slice(0, 100),
      '\r\n\r\n',
      '\0'.repeat(1400),
      latin1(...Array.from({ length: 1400 }, (_, n) => (n * 7919) % 256)),
      `INVITE ${'sip:'.repeat(5000)} SIP/2.0\r\n\r\n`,
    ]) {
      udp.send(datagram, sip)
    }
    for (const stream of [
      'GET / HTTP/1.1\r\n\r\n',
      '\0'.repeat(100_000),
      'INVITE sip:x SIP/2.0\r\n',
      ordinary.slice(0, 300),
    ]) {
      const socket = connect(sip, '127.0.0.1', () => socket.end(stream))
      socket.on('error', () => socket.destroy())
      await new Promise((resolve) => socket.once('close', resolve).resume())
    }

    const tcp = await aPhone('tcp')
    const whole = inviteText(tcp, { number: '12345', port: sip })
    const call = await placeRawCall(tcp, { text: whole, port: sip, cuts: [3, 50, 51, whole.indexOf('\r\n\r\n') + 2] })

    expect(call?.status).toBe(200)
    if (call) expect(await talksWithAgent(call, '5003')).toBe('13900000000')
    expect(extraordinary()).toEqual([])
    await stillServes('5003')
  })

  test('a flood from one address is turned away with Retry-After, and others are served meanwhile', async () => {
    await centre.agent('5004', { onCall: { kind: 'answer', afterMs: 0 } })
    const phone = await aPhone('udp', '127.0.0.2')
    const calls = Array.from({ length: 4 * perSource }, () =>
      placeRawCall(phone, { text: inviteText(phone, { number: '12345', port: sip }), port: sip }),
    )
    const citizen = await centre.call('')
    await centre.timeline.until('call.offered', (data) => data.callId === citizen.callId)

    const answers = await Promise.all(calls)

    const refused = answers.flatMap((call) => (call?.status === 503 ? [call] : []))
    const accepted = answers.flatMap((call) => (call?.status === 200 ? [call] : []))
    expect(refused.length + accepted.length).toBe(4 * perSource)
    expect(accepted.length).toBeGreaterThanOrEqual(perSource)
    expect(accepted.length).toBeLessThan(2 * perSource)
    for (const { final } of refused) expect(Number(final.header('retry-after'))).toBeGreaterThan(0)
    for (const call of accepted) call.hangUp()
    await centre.timeline.until('call.bridged', (data) => data.callId === citizen.callId)
    await citizen.call.hangUp()
    await until(async () => (await centre.admin.get<object[]>('/calls')).length === 0, 'all calls are over')
  })

  test.each(['110', '1234', '123456', '9999999999', '%31%32%33%34%35x', "12345'", ''])(
    'a call to %j, which is no number of ours, is refused with 404 and never reaches the switch',
    async (number) => {
      const phone = await aPhone()
      const before = tap.commands.filter((command) => command.includes('uuid_answer')).length

      const call = await placeRawCall(phone, { text: inviteText(phone, { number, port: sip }), port: sip })

      expect([400, 404]).toContain(call?.status)
      expect(tap.commands.filter((command) => command.includes('uuid_answer'))).toHaveLength(before)
    },
  )

  test("an INVITE to an agent's extension that is not from the switch rings no phone", async () => {
    const agent = await centre.agent('5005', { onCall: { kind: 'ring' } })
    const phone = await aPhone()
    const forged = inviteText(phone, { number: '5005', port: sip }).replace(
      'Max-Forwards',
      `Record-Route: <sip:127.0.0.1:${centre.stack.ports.switchSip};lr>\r\nMax-Forwards`,
    )

    const call = await placeRawCall(phone, { text: forged, port: sip })
    const routed = await placeRawCall(phone, {
      text: inviteText(phone, { number: '5005', port: sip }).replace(
        'Max-Forwards',
        `Route: <sip:127.0.0.1:${sip};lr>\r\nMax-Forwards`,
      ),
      port: sip,
    })

    expect(call?.status).toBe(404)
    expect(routed?.status).toBe(404)
    expect(agent.calls).toHaveLength(0)
  })

  test('a caller whose agents are gone before they are joined does not bring the room to rest', async () => {
    const phones = await Promise.all(
      ['5021', '5022'].map((agentId) => centre.agent(agentId, { onCall: { kind: 'answer', afterMs: 0 } })),
    )
    const hangUpFirst = () => Promise.all(phones.map((phone) => phone.calls.at(-1)?.hangUp()))
    tap.before = (command) => (command.includes('uuid_bridge') ? hangUpFirst().then(() => {}) : undefined)

    const first = await centre.call('')
    const isOfFirst = (data: { callId: string }) => data.callId === first.callId
    await centre.timeline.until('call.join-failed', (data) => isOfFirst(data) && data.heldBackMs > 0)
    tap.before = () => undefined
    const second = await centre.call('')
    await centre.timeline.until('call.bridged', ({ callId }) => callId === second.callId)

    // The one who came first waits, and is served after a while.
    expect(centre.timeline.of('call.bridged').some(({ data }) => isOfFirst(data))).toBe(false)
    const failures = centre.timeline.of('call.join-failed').filter(({ data }) => isOfFirst(data))
    expect(failures.map(({ data }) => data.heldBackMs)).toEqual([0, 0, 20_000])
    const bridged = await centre.timeline.until('call.bridged', isOfFirst, { withinMs: 40_000 })
    expect(Date.parse(bridged.time) - Date.parse(failures[2]?.time ?? '')).toBeGreaterThanOrEqual(20_000)
    await Promise.all([first.call.hangUp(), second.call.hangUp()])
  })

  test('methods that nobody asked for are refused, and OPTIONS is answered', async () => {
    const phone = await aPhone()
    const uri = `sip:12345@127.0.0.1:${sip}`
    // drachtio-server 0.9.4 leaves a REFER that no application asked for without an answer.
    const refer = variant.sipServer === 'drachtio' ? [] : ['REFER']
    for (const method of [...refer, 'MESSAGE', 'SUBSCRIBE', 'PUBLISH', 'NOTIFY', 'INFO', 'UPDATE', 'BYE']) {
      const callId = newBranch()
      phone.send(
        request({ phone, method, uri, callId, extra: ['Event: presence', 'Refer-To: <sip:9@127.0.0.1>'] }),
        sip,
      )
      await until(() => phone.heard.some((message) => message.header('call-id') === callId), `an answer to ${method}`)
      const answer = phone.heard.find((message) => message.header('call-id') === callId)
      expect(Number(answer?.kind), method).toBeGreaterThanOrEqual(400)
      expect(Number(answer?.kind), method).toBeLessThan(600)
    }

    phone.send(request({ phone, method: 'OPTIONS', uri }), sip)
    expect((await phone.expect('200')).header('allow')).toContain('INVITE')
  })

  // The stand-in takes calls from everybody on its port: it listens on loopback only. FreeSWITCH has an address list.
  test.skipIf(variant.mediaSwitch === 'embedded')(
    'an INVITE past the edge, straight to the switch, is not taken',
    async () => {
      const phone = await aPhone('udp', '127.0.0.2')
      const port = centre.stack.ports.switchSip

      const call = await placeRawCall(phone, { text: inviteText(phone, { number: '12345', port }), port })

      expect([401, 403, 407]).toContain(call?.status)
      expect(centre.timeline.of('call.offered').some(({ data }) => data.sipCallId === call?.callId)).toBe(false)
    },
  )
})
