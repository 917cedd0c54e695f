import { type IvrCommand, type IvrResult, IvrSession, type MenuSnapshot, promptFile } from '../ivr/index.ts'
import type { Cancel, Clock } from '../kernel/index.ts'

/** What the caller hears, one thing at a time: a new one replaces the old, and only one that ended by itself says so. */
export interface MenuAudio {
  play(files: readonly string[], onEnded: () => void): void
  stop(): void
}

export interface MenuWalkOptions {
  readonly menus: MenuSnapshot
  readonly line: string
  /** Prompt folder as the switch sees it. */
  readonly promptsDir: string
  readonly audio: MenuAudio
  readonly clock: Clock
  readonly onLanguage: (language: string) => void
  readonly onPath: (path: readonly string[]) => void
  readonly onDone: (result: IvrResult, front: 'menu' | 'direct') => void
}

/** Carries out what an IVR session decides: plays, listens, and reports keys and silences back to it. */
export class MenuWalk {
  readonly #options: MenuWalkOptions
  readonly #session: IvrSession
  #audio: MenuAudio
  #cancelListening: Cancel = () => {}
  #language: string
  #pathLength = 0
  #ended = false

  constructor(options: MenuWalkOptions) {
    this.#options = options
    this.#audio = options.audio
    this.#session = new IvrSession({ menus: options.menus, line: options.line })
    this.#language = this.#session.language
  }

  get language(): string {
    return this.#session.language
  }

  /** The menu the caller is in, if any. */
  get menu(): string | undefined {
    return this.#session.menu
  }

  /** How the line answers: with a menu, or straight to a person. */
  get front(): 'menu' | 'direct' {
    const { menus, line } = this.#options
    return (menus.lines.get(line) ?? menus.defaultLine).front
  }

  /** Begins; keys that came before count. */
  start(): void {
    this.#options.onLanguage(this.#language)
    this.#carryOut(this.#session.start())
  }

  /** Says again what the caller may have missed, on a new audio. */
  resume(audio: MenuAudio): void {
    this.#audio = audio
    this.#carryOut(this.#session.resume())
  }

  digit(digit: string): void {
    if (!this.#ended) this.#carryOut(this.#session.send({ type: 'DIGIT', digit }))
  }

  /** After this the session does nothing more. */
  close(): void {
    this.#ended = true
    this.#cancelListening()
  }

  #carryOut(commands: readonly IvrCommand[]): void {
    this.#report()
    for (const command of commands) {
      if (this.#ended) return
      this.#perform(command)
    }
  }

  #perform(command: IvrCommand): void {
    const { clock, promptsDir } = this.#options
    this.#cancelListening()
    switch (command.kind) {
      case 'stopPlaying':
        return this.#audio.stop()
      case 'play': {
        const files = command.prompts.map((prompt) => promptFile({ promptsDir, prompt }))
        return this.#audio.play(files, () => this.#carryOut(this.#session.send({ type: 'PLAYED', turn: command.turn })))
      }
      case 'listen':
        this.#cancelListening = clock.after(command.ms, () =>
          this.#carryOut(this.#session.send({ type: 'TIMEOUT', turn: command.turn })),
        )
        return
      case 'done':
        this.close()
        return this.#options.onDone(command.result, this.front)
    }
  }

  #report(): void {
    if (this.#session.language !== this.#language) {
      this.#language = this.#session.language
      this.#options.onLanguage(this.#language)
    }
    if (this.#session.path.length > this.#pathLength) {
      this.#pathLength = this.#session.path.length
      this.#options.onPath(this.#session.path)
    }
  }
}
