import type { SnapshotFrom } from 'xstate'
import { firstStep, step } from '../kernel/index.ts'
import { type IvrInput, ivrMachine } from './ivr-machine.ts'
import type { Line, MenuSnapshot, PromptRef } from './menu-snapshot.ts'
import type { IvrResult, Place } from './menu-steps.ts'

/**
 * What the call is to do now. A newer `play` or `listen` replaces the older one: its timer is dropped.
 * `turn` numbers them; handed back in PLAYED and TIMEOUT it keeps a late echo from being taken for the present one.
 */
export type IvrCommand =
  | { readonly kind: 'play'; readonly prompts: readonly PromptRef[]; readonly turn: number }
  | { readonly kind: 'stopPlaying' }
  | { readonly kind: 'listen'; readonly ms: number; readonly turn: number }
  | { readonly kind: 'done'; readonly result: IvrResult }

/** A session as it is stored: plain JSON. */
export interface StoredIvrSession {
  readonly line: string
  readonly state: 'prompting' | 'listening' | 'announcing' | 'finished' | 'new'
  readonly place: Place
}

/**
 * One caller's walk through the menus of one snapshot. It decides and does nothing: the call carries out the commands
 * and reports back what happened. It holds no timer, so it can be stored and restored at any point.
 */
export class IvrSession {
  readonly #line: string
  readonly #machine: ReturnType<typeof ivrMachine>
  #state: SnapshotFrom<ReturnType<typeof ivrMachine>>
  #started = false
  #keysAhead: string[] = []

  /** `line` is the dialled number; one that the menus do not name is answered as the default line. */
  constructor({ menus, line }: { menus: MenuSnapshot; line: string }) {
    this.#line = line
    this.#machine = machineOf(menus, menus.lines.get(line) ?? menus.defaultLine)
    this.#state = firstStep(this.#machine)[0]
  }

  /** Continues a stored session, with whatever menus are current now. Follow it by `resume()`. */
  static restore({ menus, stored }: { menus: MenuSnapshot; stored: StoredIvrSession }): IvrSession {
    const session = new IvrSession({ menus, line: stored.line })
    if (stored.state === 'new') return session
    session.#started = true
    session.#state = session.#machine.resolveState({ value: stored.state, context: stored.place })
    return session
  }

  /** Begins; keys that came before it count. A second call changes nothing and returns no command. */
  start(): IvrCommand[] {
    if (this.#started) return []
    this.#started = true
    const [state, actions] = firstStep(this.#machine)
    this.#state = state
    return this.#withKeysAhead(toCommands(actions))
  }

  /** After `restore`: says again what the caller may have missed, or repeats the result of a finished session. */
  resume(): IvrCommand[] {
    if (!this.#started) return this.start()
    if (this.result !== undefined) return [{ kind: 'done', result: this.result }]
    return this.#take({ type: 'RESUME' })
  }

  /** What follows from a key, a finished playback or a silence; nothing when it comes too late to matter. */
  send(input: IvrInput): IvrCommand[] {
    if (this.#started) return this.#take(input)
    if (input.type === 'DIGIT') this.#keysAhead.push(input.digit)
    return []
  }

  /** Where the call goes, once the session is done. */
  get result(): IvrResult | undefined {
    return this.#state.status === 'done' ? this.#state.context.leaving : undefined
  }

  /** The language chosen so far. */
  get language(): string {
    return this.#state.context.language
  }

  /** The menu the caller is in; undefined before the first and once the call leaves. */
  get menu(): string | undefined {
    const { menu, leaving } = this.#state.context
    return leaving === undefined ? menu : undefined
  }

  /** Keys so far, each as `menu:key`. */
  get path(): readonly string[] {
    return this.#state.context.path
  }

  /** Plain data for `restore`. */
  snapshot(): StoredIvrSession {
    const { value, context } = this.#state
    const state = this.#started ? (value as StoredIvrSession['state']) : 'new'
    return { line: this.#line, state, place: context }
  }

  #withKeysAhead(commands: IvrCommand[]): IvrCommand[] {
    let latest = commands
    for (const digit of this.#keysAhead.splice(0)) {
      const next = this.#take({ type: 'DIGIT', digit })
      // Nobody has begun to play yet, so there is nothing to stop.
      if (next.length > 0) latest = next.filter((command) => command.kind !== 'stopPlaying')
    }
    return latest
  }

  #take(input: IvrInput | { type: 'RESUME' }): IvrCommand[] {
    const [state, actions] = step(this.#machine, this.#state, input)
    this.#state = state
    return toCommands(actions)
  }
}

/** One for all callers of a line, as long as the menus are the same: making it takes as long as some walks. */
const machines = new WeakMap<MenuSnapshot, Map<Line, ReturnType<typeof ivrMachine>>>()

function machineOf(menus: MenuSnapshot, line: Line): ReturnType<typeof ivrMachine> {
  const ofMenus = machines.get(menus) ?? new Map<Line, ReturnType<typeof ivrMachine>>()
  const machine = ofMenus.get(line) ?? ivrMachine({ menus, line })
  machines.set(menus, ofMenus.set(line, machine))
  return machine
}

function toCommands(actions: readonly { type: string; params?: unknown }[]): IvrCommand[] {
  return actions
    .filter(({ type }) => commandKinds.has(type))
    .map(({ type, params }) => ({ kind: type, ...(params as object | undefined) }) as IvrCommand)
}

const commandKinds: ReadonlySet<string> = new Set<IvrCommand['kind']>(['play', 'stopPlaying', 'listen', 'done'])
