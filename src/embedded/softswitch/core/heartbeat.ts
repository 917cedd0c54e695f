import type { SwitchCore } from './switch-core.ts'
import type { Header } from './switch-event.ts'
import { microseconds, spokenDuration } from './time.ts'

/** Tells every few seconds that the switch lives, and how it fares: HEARTBEAT, and RE_SCHEDULE for the next one. */
export class Heartbeat {
  readonly #core: SwitchCore
  readonly #intervalSeconds: number
  readonly #timer: NodeJS.Timeout

  constructor({ core, intervalSeconds }: { core: SwitchCore; intervalSeconds: number }) {
    this.#core = core
    this.#intervalSeconds = intervalSeconds
    this.#timer = setInterval(() => this.#beat(), intervalSeconds * 1000)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #beat(): void {
    this.#core.bus.publish({ name: 'HEARTBEAT', headers: this.#figures() })
    this.#core.bus.publish({
      name: 'RE_SCHEDULE',
      headers: [
        ['Task-ID', '1'],
        ['Task-Desc', 'heartbeat'],
        ['Task-Group', 'core'],
        ['Task-Runtime', String(Math.floor(Date.now() / 1000) + this.#intervalSeconds)],
      ],
    })
  }

  #figures(): Header[] {
    const up = microseconds() - this.#core.startedAt
    const { now, sinceStartup, peak } = this.#core.channels.figures
    return [
      ['Event-Info', 'System Ready'],
      ['Up-Time', spokenDuration(up)],
      ['FreeSWITCH-Version', '1.10.12-release~64bit'],
      ['Uptime-msec', String(Math.floor(up / 1000))],
      ['Session-Count', String(now)],
      ['Max-Sessions', String(this.#core.admission.maxSessions)],
      ['Session-Per-Sec', String(this.#core.admission.sessionsPerSecond)],
      ['Session-Since-Startup', String(sinceStartup)],
      ['Session-Peak-Max', String(peak)],
      ['Idle-CPU', '100.000000'],
    ]
  }
}
