import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import WebSocket, { WebSocketServer } from 'ws'
import type { ServerMessage } from '../../src/live/index.ts'
import { EslClient } from '../contract/switch-esl-client.ts'
import { until } from '../support/until.ts'
import { at } from './blocks.ts'
import { type Finding, rounded } from './finding.ts'
import type { InstrumentOptions } from './instrument.ts'
import { LoadWatch } from './load-watch.ts'
import { PacketCapture } from './packet-capture.ts'
import { resultOf } from './result.ts'
import { inRoom, type Room } from './room.ts'
import { readSip, ringingTimes } from './sip-packets.ts'

const targetMs = 100
/** Milliseconds between empty lines, as src/switch/freeswitch/esl-connection.ts writes them while callers wait. */
const wakeEvery = 3
/** How many times what cannot be less it may take. */
const overFloor = 3

/** When of each call, in milliseconds since 1970, and how long the echo of its pop took. */
interface Heard {
  /** The switch told a bare client of its event socket that the phone rings. */
  readonly switchTold: number[]
  readonly popped: number[]
  readonly echoMs: number[]
}

/**
 * From the 180 Ringing of the agent's phone, taken from a packet capture, to the screen-pop at the desk's WebSocket, on which
 * facts come before their commit. Beside it, of the same calls, what cannot be less: until a bare client of the event
 * socket hears of the 180, and the way of the pop there and back over a bare WebSocket.
 */
export async function popBench(options: InstrumentOptions): Promise<Finding> {
  const watch = new LoadWatch()
  const { ringing, heard } = await inRoom(options, { kind: 'ring' }, async (room) => {
    const capture = await PacketCapture.start({ port: room.sipPort })
    const heard = await takePops(room, options.calls ?? 20)
    return { ringing: ringingTimes(readSip(await capture.stop()), { port: room.sipPort }), heard }
  })
  const since = (times: readonly number[]) => times.map((time, call) => time - (ringing[call] ?? Number.NaN))
  const result = resultOf({ name: 'pop', targetMs }, options, since(heard.popped), watch)
  const floor = { switchTold: at(since(heard.switchTold), 0.95), echo: at(heard.echoMs, 0.95) }
  const ratio = at(since(heard.popped), 0.95) / (floor.switchTold + floor.echo)
  return {
    ...result,
    ok: result.ok && ringing.length === heard.popped.length && ratio <= overFloor,
    target: `p95 <= ${targetMs} ms and <= ${overFloor} x (event socket + echo)`,
    p95EventSocket: rounded(floor.switchTold),
    p95Echo: rounded(floor.echo),
    ratio: rounded(ratio, 2),
  }
}

async function takePops(room: Room, calls: number): Promise<Heard> {
  const { admin, agent, citizen } = room
  const heard: Heard = { switchTold: [], popped: [], echoMs: [] }
  const [esl, echo, desk] = [await listenToSwitch(room), await openEcho(), await openDesk(room)]
  desk.on('message', (data: Buffer) => {
    const message = JSON.parse(String(data)) as ServerMessage
    if (message.type !== 'early' || message.event.type !== 'agent.ringing') return
    heard.popped.push(Date.now())
    void echo.timeOf(data).then((ms) => heard.echoMs.push(ms))
  })
  for (let n = 0; n < calls; n += 1) {
    void esl.nextRinging().then((time) => heard.switchTold.push(time))
    const call = await citizen(`1390003${String(n).padStart(4, '0')}`).call('12345')
    await call.answered
    await call.sendDtmf('0', { via: 'info' })
    await agent.nextCall({ withinMs: 10_000 })
    await until(() => Object.values(heard).every(({ length }) => length > n), 'the screen-pop')
    await call.hangUp()
    await until(async () => (await admin.agentState('8001')) === 'ready', 'the agent is ready again')
  }
  desk.terminate()
  echo.close()
  esl.close()
  return heard
}

async function openDesk({ url, admin }: Room): Promise<WebSocket> {
  const headers = { authorization: `Bearer ${admin.token}` }
  const desk = new WebSocket(`${url.replace('http', 'ws')}/live?early=true`, { headers })
  await once(desk, 'open')
  return desk
}

/** A bare client of the switch's event socket that wakes its poll as we do while callers wait. */
async function listenToSwitch({ stack }: Room) {
  const client = await EslClient.login({ eslPort: stack.ports.switchEsl, eslPassword: stack.secrets.switchEsl })
  await client.send('event json CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA')
  const waking = setInterval(() => client.raw('\n'), wakeEvery)
  return {
    /** When an agent's phone rings the next time. */
    nextRinging: async () => {
      const next = { from: client.events.length, withinMs: 30_000 }
      await client.event('CHANNEL_PROGRESS', { 'Call-Direction': 'outbound' }, next)
      return Date.now()
    },
    close: () => {
      clearInterval(waking)
      client.close()
    },
  }
}

/** A WebSocket that sends back what it is sent, and nothing else. */
async function openEcho() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  server.on('connection', (socket) => socket.on('message', (data: Buffer) => socket.send(data)))
  await once(server, 'listening')
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  await once(client, 'open')
  return {
    timeOf: async (data: Buffer) => {
      const begun = performance.now()
      client.send(data)
      await once(client, 'message')
      return performance.now() - begun
    },
    close: () => {
      client.terminate()
      server.close()
    },
  }
}
