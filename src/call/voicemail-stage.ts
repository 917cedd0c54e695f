import { promptFile } from '../ivr/index.ts'
import { newId } from '../kernel/index.ts'
import type { SwitchPort } from '../switch/index.ts'
import { MessageTaking } from '../voicemail/index.ts'
import type { Call } from './call.ts'
import type { CallContext } from './call-context.ts'
import type { LegAudio } from './leg-audio.ts'

export interface VoicemailStageOptions {
  readonly call: Call
  readonly switchPort: SwitchPort
  readonly context: CallContext
  readonly audio: () => LegAudio
  /** The message is taken, or cannot be: the call is to be ended. */
  readonly onDone: (reason: string) => void
}

/** Why a caller is asked for a message, whose people will hear it, and what is said first. */
export interface VoicemailWanted {
  readonly queue: string
  readonly greeting: string
  readonly reason: 'closed' | 'overflow'
}

/** The caller leaves a message instead of talking to somebody: the voicemail as part of a call. */
export class VoicemailStage {
  readonly #options: VoicemailStageOptions
  #taking: MessageTaking | undefined

  constructor(options: VoicemailStageOptions) {
    this.#options = options
  }

  /** Begins, unless the call's state does not allow it any more. */
  enter({ queue, greeting, reason }: VoicemailWanted): void {
    const { call, context, switchPort, audio, onDone } = this.#options
    if (!call.take('VOICEMAIL')) return
    const { callId, identity, language } = call
    const { line, callerNumber, callerName } = identity
    const voicemailId = newId()
    context.log.append('call.sent-to-voicemail', { callId, voicemailId, queue, reason })
    const file = (folder: string, name: string) =>
      promptFile({ promptsDir: context.promptsDir, prompt: { language: folder, name } })
    this.#taking = new MessageTaking({
      draft: { voicemailId, callId, queue, line, callerNumber, callerName, language, reason },
      greeting,
      legId: call.callerLeg.legId,
      switchPort,
      audio,
      prompt: (name) => file(language, name),
      tone: file('tones', 'beep'),
      mailbox: context.mailbox,
      clock: context.clock,
      onDone,
    })
    this.#taking.start()
  }

  digit(digit: string): void {
    this.#taking?.digit(digit)
  }

  recorded(recordingId: string, recordedMs: number): void {
    this.#taking?.recorded(recordingId, recordedMs)
  }

  resume(): void {
    this.#taking?.resume()
  }

  close(): void {
    this.#taking?.close()
  }

  /** The caller's leg is gone. */
  left(): void {
    this.#taking?.left()
  }
}
