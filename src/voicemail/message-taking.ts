import type { SnapshotFrom } from 'xstate'
import { type Cancel, type Clock, firstStep, step } from '../kernel/index.ts'
import type { LegId, SwitchPort } from '../switch/switch-port.ts'
import type { Mailbox } from './mailbox.ts'
import type { Draft } from './voicemail.ts'
import { type VoicemailInput, type VoicemailState, voicemailMachine } from './voicemail-machine.ts'

/** What the caller hears by. */
export interface MessageAudio {
  play(files: readonly string[], onEnded: () => void): void
  stop(): void
}

export interface MessageTakingOptions {
  readonly draft: Draft
  /** What is said before the tone, e.g. `closed`. */
  readonly greeting: string
  readonly legId: LegId
  readonly switchPort: SwitchPort
  /** It changes when the switch was away. */
  readonly audio: () => MessageAudio
  /** The file of a prompt in the caller's language; `tone` is of every language. */
  readonly prompt: (name: string) => string
  readonly tone: string
  readonly mailbox: Mailbox
  readonly clock: Clock
  /** There is nothing more to say: the call is to be ended. */
  readonly onDone: (reason: string) => void
}

/** Milliseconds: what the switch may be late by, until silence accepts, and what a last word may take. */
const limits = { late: 10_000, stopped: 3000, decide: 6000, farewell: 20_000 } as const
const attemptsAtMost = 3

/**
 * A caller leaves a message: greeting, tone, recording, and then by key 1 to hear it, 2 to speak it again, # to
 * accept it. Whoever hangs up has accepted.
 */
export class MessageTaking {
  readonly #options: MessageTakingOptions
  #snapshot: SnapshotFrom<typeof voicemailMachine> = firstStep(voicemailMachine)[0]
  #path = ''
  #recordingId = ''
  #recordedMs: number | undefined
  #attempts = 0
  #speakingSince = 0
  #cancelDeadline: Cancel = () => {}

  constructor(options: MessageTakingOptions) {
    this.#options = options
  }

  get state(): VoicemailState {
    return this.#snapshot.value as VoicemailState
  }

  start(): void {
    this.#prepare([this.#options.greeting])
  }

  digit(digit: string): void {
    const { switchPort, legId } = this.#options
    if (this.state === 'greeting' && digit === '#') this.#greet([])
    else if (this.state === 'recording' && digit === '#') {
      switchPort.stopPlaying(legId).catch((error: unknown) => this.#fail(error))
    } else if (digit === '1' && this.#take('REPLAY')) this.#say([this.#path], () => this.#review())
    else if (digit === '2' && this.#take('AGAIN')) this.#prepare([])
    else if (digit === '#' && this.#take('ACCEPT')) this.#keep()
  }

  /** The switch closed a recording. */
  recorded(recordingId: string, recordedMs: number): void {
    if (recordingId !== this.#recordingId) return
    this.#recordedMs = recordedMs
    if (this.state === 'recording') this.#judge()
  }

  /** The switch was away; what plays or records there is not known. */
  resume(): void {
    switch (this.state) {
      case 'greeting':
        return this.#greet([this.#options.greeting])
      case 'recording':
        return this.#giveUpRecording()
      case 'reviewing':
      case 'replaying':
        return this.#sayReview()
      case 'ending':
      case 'apologising':
        return this.#options.onDone('the switch was away')
    }
  }

  /** The call ends: nothing is said or begun any more. */
  close(): void {
    this.#cancelDeadline()
  }

  /** The caller's leg is gone. What was said is kept, if it is something. */
  left(): void {
    const before = this.state
    if (!this.#take('LEAVE')) return
    this.#cancelDeadline()
    const { mailbox, draft, clock } = this.#options
    // Nobody says anything in less, and the switch may not even have made its file.
    const tooSoon = clock.now() - this.#speakingSince < mailbox.limits.shortest * 1000
    const spoken = (before === 'recording' && !tooSoon) || before === 'reviewing' || before === 'replaying'
    // Who is gone already when the message is being kept has it kept.
    if (before === 'keeping' || before === 'ending' || before === 'apologising') return
    const work = spoken ? mailbox.keep(draft, this.#recordedMs) : mailbox.discard(draft)
    work.catch((error: unknown) => mailbox.failed(draft, error))
  }

  #prepare(first: readonly string[]): void {
    const { mailbox, draft } = this.#options
    this.#cancelDeadline()
    mailbox
      .begin(draft)
      .then((path) => {
        this.#path = path
        if (this.#take('READY')) this.#greet(first)
        else if (this.state === 'left') return mailbox.discard(draft)
        return undefined
      })
      .catch((error: unknown) => this.#fail(error))
  }

  #greet(prompts: readonly string[]): void {
    const { prompt, tone } = this.#options
    this.#say([...prompts.map(prompt), tone], () => this.#speak())
  }

  #speak(): void {
    if (!this.#take('PLAYED')) return
    const { switchPort, legId, mailbox, clock } = this.#options
    const { longest, silence } = mailbox.limits
    this.#attempts += 1
    this.#speakingSince = clock.now()
    this.#recordedMs = undefined
    const { recordingId, accepted } = switchPort.record(legId, { path: this.#path, longest, silence })
    this.#recordingId = recordingId
    accepted.catch((error: unknown) => this.#fail(error))
    this.#cancelDeadline = clock.after(longest * 1000 + limits.late, () => this.#giveUpRecording())
  }

  /** The switch does not say that it has ended: it is told to, and then what is on the disk counts. */
  #giveUpRecording(): void {
    const { switchPort, legId, clock } = this.#options
    switchPort.stopPlaying(legId).catch((error: unknown) => this.#fail(error))
    this.#cancelDeadline()
    this.#cancelDeadline = clock.after(limits.stopped, () => this.#judge())
  }

  #judge(): void {
    this.#cancelDeadline()
    const { mailbox, draft } = this.#options
    mailbox
      .look(draft, this.#recordedMs)
      .then((outcome) => {
        if (outcome === 'spoken') this.#review()
        else this.#again()
      })
      .catch((error: unknown) => this.#fail(error))
  }

  #again(): void {
    const { mailbox, draft, prompt } = this.#options
    if (this.#attempts < attemptsAtMost) {
      if (this.#take('NOTHING')) this.#prepare(['voicemail-too-short'])
      return
    }
    if (!this.#take('GIVE_UP')) return
    mailbox.discard(draft).catch((error: unknown) => mailbox.failed(draft, error))
    this.#farewell([prompt('goodbye')], 'no message')
  }

  #review(): void {
    if (this.#take(this.state === 'replaying' ? 'PLAYED' : 'SPOKEN')) this.#sayReview()
  }

  #sayReview(): void {
    const { prompt, clock } = this.#options
    this.#say([prompt('voicemail-review')], () => {
      this.#cancelDeadline = clock.after(limits.decide, () => {
        if (this.#take('ACCEPT')) this.#keep()
      })
    })
  }

  #keep(): void {
    const { mailbox, draft, audio, prompt } = this.#options
    this.#cancelDeadline()
    audio().stop()
    mailbox
      .keep(draft, this.#recordedMs)
      .then(() => {
        if (this.#take('KEPT')) this.#farewell([prompt('voicemail-thanks')], 'message left')
      })
      .catch((error: unknown) => {
        // Also when the caller has hung up meanwhile.
        mailbox.failed(draft, error)
        this.#apologise()
      })
  }

  /** Whoever minds the machines gets the alarm; of a caller who is gone already nothing else is to be done. */
  #fail(error: unknown): void {
    if (!this.#snapshot.can({ type: 'FAIL' })) return
    this.#options.mailbox.failed(this.#options.draft, error)
    this.#apologise()
  }

  #apologise(): void {
    if (!this.#take('FAIL')) return
    this.#farewell([this.#options.prompt('voicemail-failed')], 'no message could be taken')
  }

  #farewell(files: readonly string[], reason: string): void {
    const { clock, onDone } = this.#options
    this.#say(files, () => onDone(reason))
    this.#cancelDeadline = clock.after(limits.farewell, () => onDone(reason))
  }

  #say(files: readonly string[], onEnded: () => void): void {
    this.#cancelDeadline()
    this.#options.audio().play(files, onEnded)
  }

  #take(type: VoicemailInput['type']): boolean {
    if (!this.#snapshot.can({ type })) return false
    const [next] = step(voicemailMachine, this.#snapshot, { type })
    this.#snapshot = next
    return true
  }
}
