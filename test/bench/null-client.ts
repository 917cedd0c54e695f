import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'

// The least that can bring callers and phones together over the event socket, a process of its own: no call has a state, no
// fact is written, nothing is checked. What a hotline takes longer than this is the hotline's own.

const { ESL_PORT = '', ESL_PASSWORD = '', EDGE = '', NUMBER = '', AGENTS = '' } = process.env
/** Milliseconds between empty lines, as src/switch/freeswitch/esl-connection.ts writes them while callers wait. */
const wakeEvery = 3

const waiting: string[] = []
const idle = AGENTS.split(',')
const agentOf = new Map<string, string>()
const callerOf = new Map<string, string>()

const socket = connect(Number(ESL_PORT), '127.0.0.1')
socket.setNoDelay(true)
socket.on('close', () => process.exit(0))
socket.on('error', (error) => console.error(error.message))
process.on('SIGTERM', () => process.exit(0))

const send = (command: string) => socket.write(`${command}\n\n`)

function match(): void {
  while (waiting.length > 0 && idle.length > 0) {
    const caller = waiting.shift() ?? ''
    const agent = idle.shift() ?? ''
    const leg = randomUUID()
    agentOf.set(leg, agent)
    callerOf.set(leg, caller)
    send(`bgapi originate {origination_uuid=${leg}}sofia/edge/sip:${agent}@${EDGE} &park()`)
  }
}

function onEvent(event: Readonly<Record<string, string>>): void {
  const { 'Event-Name': name, 'Unique-ID': leg = '', 'Caller-Destination-Number': dialled } = event
  const caller = callerOf.get(leg)
  if (name === 'CHANNEL_HANGUP') {
    const agent = agentOf.get(leg)
    agentOf.delete(leg)
    callerOf.delete(leg)
    if (agent !== undefined) idle.push(agent)
    else if (waiting.includes(leg)) waiting.splice(waiting.indexOf(leg), 1)
  } else if (name === 'CHANNEL_ANSWER' && dialled === NUMBER) waiting.push(leg)
  // The answer of a dialled phone comes before it is parked, and parking undoes a bridge.
  else if (name === 'CHANNEL_PARK' && caller !== undefined) send(`bgapi uuid_bridge ${caller} ${leg}`)
  match()
}

let input = ''
socket.on('data', (chunk) => {
  input += chunk.toString('latin1')
  for (let end = input.indexOf('\n\n'); end >= 0; end = input.indexOf('\n\n')) {
    const head = input.slice(0, end)
    const length = Number(/^Content-Length: (\d+)/m.exec(head)?.[1] ?? 0)
    if (input.length < end + 2 + length) return
    const body = input.slice(end + 2, end + 2 + length)
    input = input.slice(end + 2 + length)
    if (head.includes('auth/request')) {
      send(`auth ${ESL_PASSWORD}`)
      send('event json CHANNEL_ANSWER CHANNEL_PARK CHANNEL_HANGUP')
      setInterval(() => socket.write('\n'), wakeEvery)
      console.log('ready')
    } else if (head.includes('text/event-json')) onEvent(JSON.parse(body) as Record<string, string>)
  }
})
