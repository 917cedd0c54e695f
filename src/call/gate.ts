import type { Caller } from '../callers/index.ts'
import { promptFile } from '../ivr/index.ts'
import type { ClosedLine } from './call-context.ts'
import type { CallParts } from './call-parts.ts'
import type { VoicemailWanted } from './voicemail-stage.ts'

export interface GateOptions extends CallParts {
  readonly onVoicemail: (wanted: VoicemailWanted) => void
}

/** Milliseconds a prompt may take, should the switch not tell its end. */
const promptWithin = 30_000

/** Who is let in: nuisance callers are warned or refused, and callers of a closed line turned away. */
export class Gate {
  readonly #options: GateOptions

  constructor(options: GateOptions) {
    this.#options = options
  }

  /** A nuisance caller, with evidence: told so, and the call ends. */
  refuse({ evidence, setBy }: Caller, language: string): void {
    const { call, context } = this.#options
    const { callId, identity } = call
    const { log, nuisance } = context
    call.content = true
    log.append('call.refused', { callId, callerNumber: identity.callerNumber, evidence: [...evidence], setBy })
    this.#sayFarewell({ language, name: nuisance.refusal }, 'nuisance caller refused')
  }

  /** A nuisance caller hears the warning first, and then what everybody hears. */
  warn(listed: Caller | undefined, language: string, go: () => void): void {
    const grade = listed?.grade ?? null
    if (grade !== 'warning' && grade !== 'queue') return go()
    const { call, context, deadline } = this.#options
    const { callId, identity } = call
    context.log.append('call.warned', { callId, callerNumber: identity.callerNumber, grade })
    this.#say({ language, name: context.nuisance.warning }, () => {
      deadline.cancel()
      if (call.state === 'menu') go()
    })
  }

  /** The line is closed by its calendar. */
  turnAway({ calendarId, reason, instead }: ClosedLine, language: string): void {
    const { call, context, onVoicemail } = this.#options
    context.log.append('call.turned-away', { callId: call.callId, calendarId, reason })
    call.language = language
    if (instead.kind === 'voicemail') return onVoicemail({ ...instead, reason: 'closed' })
    this.#sayFarewell({ language, name: instead.prompt }, 'line is closed')
  }

  #sayFarewell(prompt: { language: string; name: string }, reason: string): void {
    this.#say(prompt, () => this.#options.release('system', 'NORMAL_CLEARING', reason))
  }

  #say(prompt: { language: string; name: string }, then: () => void): void {
    const { context, sound, deadline } = this.#options
    deadline.set(promptWithin, then)
    sound.audio.play([promptFile({ promptsDir: context.promptsDir, prompt })], then)
  }
}
