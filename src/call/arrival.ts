import type { IvrResult } from '../ivr/index.ts'
import type { CallNeed } from './call.ts'
import type { CallParts } from './call-parts.ts'
import { Gate } from './gate.ts'
import { MenuWalk } from './menu-walk.ts'
import type { VoicemailWanted } from './voicemail-stage.ts'

export interface ArrivalOptions extends CallParts {
  /** The caller is to wait for a person. */
  readonly onNeed: (need: CallNeed, front: 'menu' | 'direct') => void
  readonly onVoicemail: (wanted: VoicemailWanted) => void
}

/** Milliseconds. */
const answerWithin = 5000

/** A call from its first ring to the end of the menu: answer, incidents, who is let in, and what the caller wants. */
export class Arrival {
  readonly #options: ArrivalOptions
  readonly #gate: Gate
  #menu: MenuWalk | undefined
  /** The caller hears of an incident; the menu has not begun. */
  #tellingIncidents = false

  constructor(options: ArrivalOptions) {
    this.#options = options
    this.#gate = new Gate(options)
  }

  /** Takes the call from the dialplan, answers it and enters the menu. */
  async begin({ adopted }: { adopted: boolean }): Promise<void> {
    const { call, switchPort, context, deadline } = this.#options
    // There before the answer, so that a key pressed in the first moment counts.
    const menu = this.#newMenu()
    this.#menu = menu
    deadline.set(answerWithin, () => this.#notAnswered())
    const legId = call.callerLeg.legId
    await Promise.all([adopted ? switchPort.adopt(legId) : switchPort.take(legId), switchPort.answer(legId)])
    if (!call.take('ACCEPTED')) return
    deadline.cancel()
    context.log.append('call.accepted', { callId: call.callId, front: menu.front })
    const listed = context.caller(call.identity.callerNumber)
    if (listed?.grade !== 'refuse') return this.#tellIncidents(menu)
    this.#menu = undefined
    this.#gate.refuse(listed, menu.language)
  }

  /** The switch was away, and the caller has a new audio: what was said is said again. */
  resume(): void {
    if (!this.#tellingIncidents) return this.#menu?.resume(this.#options.sound.audio)
    this.#menu = this.#newMenu()
    this.#incidentsTold()
  }

  /** A key the caller pressed. Returns whether it was the menu's. */
  digit(digit: string): boolean {
    const menu = this.#menu
    menu?.digit(digit)
    if (menu) this.#incidentsTold()
    return menu !== undefined
  }

  /** Nothing more is said or asked. */
  close(): void {
    this.#menu?.close()
  }

  /** What happened in the city is said first, in every language; a key goes on at once and counts for the menu. */
  #tellIncidents({ language }: MenuWalk): void {
    const { call, context, sound } = this.#options
    const { callId, identity } = call
    const { files, ids } = context.incidents.forNewCall(identity.line, callId, language)
    if (files.length === 0) return this.#enter()
    context.log.append('call.incident-played', { callId, incidentIds: ids })
    this.#tellingIncidents = true
    sound.audio.play(files, () => this.#incidentsTold())
  }

  #incidentsTold(): void {
    if (!this.#tellingIncidents) return
    this.#tellingIncidents = false
    if (this.#options.call.state === 'menu') this.#enter()
  }

  #enter(): void {
    const menu = this.#menu
    if (!menu) return
    const { call, context } = this.#options
    const { line, callerNumber } = call.identity
    const closed = context.closed(line)
    if (closed) {
      this.#menu = undefined
      return this.#gate.turnAway(closed, menu.language)
    }
    const seats = context.targets.branches.queueOf(line)
    const onward = () => (seats === undefined ? menu.start() : this.#toSeats(seats, menu))
    this.#gate.warn(context.caller(callerNumber), menu.language, onward)
  }

  /** The number of a branch whose seats are here: no menu, its callers know what they want. */
  #toSeats(queue: string, { language }: MenuWalk): void {
    this.#options.call.language = language
    this.#menuDone({ kind: 'queue', queue, language, skills: [], priority: 0, path: [], reason: 'direct' }, 'direct')
  }

  #notAnswered(): void {
    const { switchPort, release } = this.#options
    // While the switch is away nothing is known; the caller is not given up for that.
    if (switchPort.connected) release('system', 'RECOVERY_ON_TIMER_EXPIRE', 'not answered by the switch')
  }

  #newMenu(): MenuWalk {
    const { call, context, sound } = this.#options
    const { log, promptsDir, clock } = context
    const { callId } = call
    return new MenuWalk({
      menus: context.menus(),
      line: call.identity.line,
      promptsDir,
      audio: sound.audio,
      clock,
      onLanguage: (language) => {
        call.language = language
        log.append('call.language-chosen', { callId, language })
      },
      onPath: (path) => {
        call.menuPath = [...path]
        log.append('call.menu-entered', { callId, path: [...path] })
      },
      onDone: (result, front) => this.#menuDone(result, front),
    })
  }

  #menuDone(result: IvrResult, front: 'menu' | 'direct'): void {
    const { release, onNeed } = this.#options
    this.#menu = undefined
    if (result.kind === 'hangup') return release('system', 'NORMAL_CLEARING', 'menu ended the call')
    onNeed(this.#needOf(result), front)
  }

  /** What the caller chose, by the rules of the queue; a nuisance caller waits in the queue for such. */
  #needOf({ queue: chosen, language, ...result }: Exclude<IvrResult, { kind: 'hangup' }>): CallNeed {
    const { call, context } = this.#options
    const listed = context.caller(call.identity.callerNumber)
    const own = listed?.grade === 'queue' ? context.nuisance.queue : null
    const queue = own ?? chosen
    const config = context.queue(queue)
    const skills = own === null ? [...new Set([...config.skills, ...result.skills])] : config.skills
    const priority = Math.max(result.priority, config.priority, listed?.priority ?? 0)
    const now = context.clock.now()
    return { queue, skills, language, priority, queuedAt: now, enteredAt: now }
  }
}
