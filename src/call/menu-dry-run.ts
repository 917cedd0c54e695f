import { type IvrResult, type MenuSnapshot, promptLengths, promptsOf } from '../ivr/index.ts'
import { SetClock } from '../kernel/index.ts'
import { type MenuAudio, MenuWalk } from './menu-walk.ts'

/** A key of the telephone, or `wait`: the caller presses nothing until something else is said, or it is over. */
export type DryRunInput = string

/** What happened, and when; milliseconds since the call was answered. */
export type DryRunStep =
  | { readonly kind: 'said'; readonly at: number; readonly prompts: readonly string[]; readonly lasts: number }
  | { readonly kind: 'pressed'; readonly at: number; readonly key: string }
  | { readonly kind: 'done'; readonly at: number; readonly result: IvrResult }

export interface DryRun {
  readonly steps: readonly DryRunStep[]
  /** Where the caller stands: the menu's name, while in one. */
  readonly menu: string | null
  readonly language: string
  readonly path: readonly string[]
  readonly result: IvrResult | null
}

/**
 * Walks through menus as a call would, on a clock of its own that stands still while nobody presses anything. What
 * decides is what decides for real calls: the same {@link MenuWalk}, given a voice that lasts as long as the prompts.
 */
export async function dryRun({
  menus,
  line,
  inputs,
  promptsDir,
}: {
  menus: MenuSnapshot
  line: string
  inputs: readonly DryRunInput[]
  promptsDir: string
}): Promise<DryRun> {
  const run = new Run({ menus, line, lengths: await promptLengths(promptsDir, promptsOf(menus)) })
  for (const input of inputs) run.take(input)
  return run.told()
}

class Run implements MenuAudio {
  readonly #clock = new SetClock(0)
  readonly #lengths: ReadonlyMap<string, number>
  readonly #walk: MenuWalk
  readonly #steps: DryRunStep[] = []
  #path: readonly string[] = []
  #result: IvrResult | null = null
  #silence = () => {}

  constructor({
    menus,
    line,
    lengths,
  }: {
    menus: MenuSnapshot
    line: string
    lengths: ReadonlyMap<string, number>
  }) {
    this.#lengths = lengths
    this.#walk = new MenuWalk({
      menus,
      line,
      promptsDir: '',
      audio: this,
      clock: this.#clock,
      onLanguage: () => {},
      onPath: (path) => {
        this.#path = path
      },
      onDone: (result) => {
        this.#result = result
        this.#steps.push({ kind: 'done', at: this.#clock.now(), result })
      },
    })
    this.#walk.start()
  }

  play(files: readonly string[], onEnded: () => void): void {
    this.stop()
    const prompts = files.map((file) => file.replace(/\.wav$/, ''))
    const lasts = prompts.reduce((sum, prompt) => sum + (this.#lengths.get(prompt) ?? 0), 0)
    this.#steps.push({ kind: 'said', at: this.#clock.now(), prompts, lasts })
    this.#silence = this.#clock.after(lasts, onEnded)
  }

  stop(): void {
    this.#silence()
  }

  take(input: DryRunInput): void {
    if (this.#result) return
    if (input === 'wait') return this.#wait()
    this.#steps.push({ kind: 'pressed', at: this.#clock.now(), key: input })
    this.#walk.digit(input)
  }

  told(): DryRun {
    return {
      steps: this.#steps,
      menu: this.#walk.menu ?? null,
      language: this.#walk.language,
      path: this.#path,
      result: this.#result,
    }
  }

  #wait(): void {
    const before = this.#steps.length
    for (let ms = this.#clock.next; ms !== undefined && this.#steps.length === before; ms = this.#clock.next)
      this.#clock.advance(ms)
  }
}
