import { newId } from '../../src/kernel/index.ts'
import { apiResponse, eventFrame, jobResult, reply, ScriptedEslServer } from '../support/scripted-esl-server.ts'

/** Milliseconds a file lasts that is not played for ever. */
const fileLasts = 3000

interface PaperLeg {
  readonly inbound: boolean
  readonly number: string
  playing?: { readonly application: string; readonly id: string } | undefined
  bridgedWith?: string
  /** Playbacks begun since the caller pressed a key. */
  heard: number
}

/**
 * A switch that answers on the event socket as FreeSWITCH does and has no media: thousands of calls cost it nothing, so
 * that what they cost the hotline can be seen. It knows what callers, queues and talks need, and nothing else.
 */
export class PaperSwitch {
  readonly #socket: ScriptedEslServer
  readonly #legs = new Map<string, PaperLeg>()

  private constructor(socket: ScriptedEslServer) {
    this.#socket = socket
    socket.script = (command) => this.#answer(command)
  }

  static async start(): Promise<PaperSwitch> {
    return new PaperSwitch(await ScriptedEslServer.start())
  }

  get address(): string {
    return `127.0.0.1:${this.#socket.port}`
  }

  get password(): string {
    return this.#socket.password
  }

  /** Legs there are. */
  get legs(): number {
    return this.#legs.size
  }

  isBridged(legId: string): boolean {
    return this.#legs.get(legId)?.bridgedWith !== undefined
  }

  /** A call comes to 12345. */
  offer(number: string): string {
    const legId = newId()
    this.#legs.set(legId, { inbound: true, number, heard: 0 })
    this.#say(legId, 'CHANNEL_PARK', { variable_yihao_line: '12345' })
    return legId
  }

  /** Whether something plays on a leg: to a caller who pressed a key, something that began after that. */
  hears(legId: string): boolean {
    const leg = this.#legs.get(legId)
    return leg?.playing !== undefined && leg.heard > 0
  }

  press(legId: string, digit: string): void {
    const leg = this.#legs.get(legId)
    if (leg) leg.heard = 0
    this.#say(legId, 'DTMF', { 'DTMF-Digit': digit })
  }

  hangUp(legId: string): void {
    if (!this.#legs.has(legId)) return
    this.#say(legId, 'CHANNEL_HANGUP_COMPLETE', { 'Hangup-Cause': 'NORMAL_CLEARING' })
    this.#legs.delete(legId)
  }

  async close(): Promise<void> {
    await this.#socket.close()
  }

  #answer(text: string): string | undefined {
    // What it heard is of no use here, and there is much of it.
    this.#socket.commands.length = 0
    this.#socket.unfenced.length = 0
    const [line = '', ...headers] = text.split('\n')
    const [kind = '', verb = '', ...rest] = line.split(' ')
    if (kind === 'sendmsg') return this.#execute(verb, headerValues(headers))
    if (kind === 'bgapi') return this.#job(verb, rest, headerValues(headers)['Job-UUID'] ?? '')
    if (kind !== 'api') return undefined
    if (verb === 'show') return apiResponse(this.#channels())
    this.#perform(verb, rest)
    return undefined
  }

  #execute(legId: string, headers: Readonly<Record<string, string>>): string {
    const leg = this.#legs.get(legId)
    const application = headers['execute-app-name'] ?? ''
    const id = headers['Event-UUID'] ?? ''
    if (!leg) return reply('-ERR invalid session id')
    leg.playing = { application, id }
    leg.heard += 1
    if (application === 'playback') setTimeout(() => this.#played(legId, id), fileLasts)
    return reply('+OK')
  }

  #played(legId: string, id: string | undefined): void {
    const leg = this.#legs.get(legId)
    if (!leg?.playing || (id !== undefined && leg.playing.id !== id)) return
    const { application, id: played } = leg.playing
    leg.playing = undefined
    this.#say(legId, 'CHANNEL_EXECUTE_COMPLETE', { Application: application, 'Application-UUID': played })
  }

  #job(verb: string, rest: readonly string[], jobId: string): string {
    const legId = /origination_uuid=([^,]+)/.exec(rest.join(' '))?.[1] ?? rest[0] ?? ''
    // After the reply, as a switch does it.
    setImmediate(() => {
      if (verb === 'originate') this.#legs.set(legId, { inbound: false, number: '8000', heard: 0 })
      if (verb === 'originate') this.#say(legId, 'CHANNEL_PROGRESS')
      if (verb === 'originate' || verb === 'uuid_answer') this.#say(legId, 'CHANNEL_ANSWER')
      if (verb === 'originate') this.#say(legId, 'CHANNEL_PARK')
      this.#socket.say(jobResult(jobId, `+OK ${legId}\n`))
    })
    return reply(`+OK Job-UUID: ${jobId}`)
  }

  #perform(verb: string, [legId = '', other = '']: readonly string[]): void {
    if (verb === 'uuid_break') setImmediate(() => this.#played(legId, undefined))
    if (verb === 'uuid_kill') setImmediate(() => this.hangUp(legId))
    if (verb === 'uuid_bridge') setImmediate(() => this.#bridge(legId, other))
  }

  #bridge(legId: string, otherLegId: string): void {
    const [leg, other] = [this.#legs.get(legId), this.#legs.get(otherLegId)]
    if (!leg || !other) return
    this.#played(legId, undefined)
    leg.bridgedWith = otherLegId
    other.bridgedWith = legId
    this.#say(legId, 'CHANNEL_BRIDGE', { 'Other-Leg-Unique-ID': otherLegId })
  }

  #say(legId: string, name: string, more: Readonly<Record<string, string>> = {}): void {
    const leg = this.#legs.get(legId)
    if (!leg) return
    const microseconds = String(Date.now() * 1000)
    this.#socket.say(
      eventFrame({
        'Event-Name': name,
        'Unique-ID': legId,
        'Call-Direction': leg.inbound ? 'inbound' : 'outbound',
        'Caller-Caller-ID-Number': leg.number,
        'Caller-Caller-ID-Name': leg.number,
        'Caller-Destination-Number': '12345',
        'Caller-Channel-Created-Time': microseconds,
        'Event-Date-Timestamp': microseconds,
        variable_sip_call_id: legId,
        ...more,
      }),
    )
  }

  #channels(): string {
    const rows = [...this.#legs].map(([uuid, { inbound, number, bridgedWith }]) => ({
      uuid,
      direction: inbound ? 'inbound' : 'outbound',
      callstate: 'ACTIVE',
      dest: '12345',
      cid_num: number,
      cid_name: number,
      created_epoch: String(Math.floor(Date.now() / 1000)),
      call_uuid: inbound ? uuid : (bridgedWith ?? uuid),
      state: bridgedWith === undefined ? 'CS_PARK' : 'CS_EXCHANGE_MEDIA',
    }))
    return JSON.stringify(rows.length === 0 ? { row_count: 0 } : { row_count: rows.length, rows })
  }
}

function headerValues(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => [line.split(':', 1)[0] ?? '', line.slice(line.indexOf(':') + 1).trim()]),
  )
}
