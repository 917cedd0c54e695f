/** A language is a folder of prompts: `cmn`, `yue`, `en`, and any the operator adds. */
export type Language = string
/** A prompt's file name without `.wav`. */
export type PromptName = string

/** One recording. `language` is the folder: a language, or `tones` and `music`, which every language shares. */
export interface PromptRef {
  readonly language: Language
  readonly name: PromptName
}

/** A prompt as a menu names it: without a language it is said in the language of the call. */
export interface SpokenPrompt {
  readonly language?: Language
  readonly name: PromptName
}

/** Where a menu, key or line was written, so that whoever reads a message can go there. */
export interface Source {
  readonly file: string
  readonly line: number
}

export interface QueueTarget {
  readonly queue: string
  readonly skills: readonly string[]
  /** Higher is served sooner; 0 is everybody's. */
  readonly priority: number
}

export type Destination =
  | { readonly kind: 'menu'; readonly menu: string }
  | ({ readonly kind: 'queue' } & QueueTarget)
  /** The line's person: what key 0 always does. */
  | { readonly kind: 'person' }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'hangup' }

/** What people who look at the menus call a key, by the language of the page. */
export interface Label {
  readonly zh: string
  readonly en: string
}

/** What a key does: changes the language if named, says `play` if any, then leads on. */
export interface KeyAction {
  readonly label?: Label
  readonly language?: Language
  readonly play: readonly SpokenPrompt[]
  readonly to: Destination
  readonly source: Source
}

export interface Menu {
  readonly id: string
  readonly prompts: readonly SpokenPrompt[]
  readonly keys: ReadonlyMap<string, KeyAction>
  /** Seconds of silence after the prompts before it counts as a missed attempt. */
  readonly waitSeconds: number
  /** Invalid keys and silences together before `exhausted` takes over. */
  readonly attempts: number
  readonly invalid: readonly SpokenPrompt[]
  readonly silence: readonly SpokenPrompt[]
  readonly exhausted: Destination
  readonly source: Source
}

/** What happens to a call to one number. */
export interface Line {
  readonly number: string
  /** `menu` asks first; `direct` goes straight to `person` (GB/T 33358-2016 would rather have no menu). */
  readonly front: 'menu' | 'direct'
  readonly language: Language
  readonly greeting: readonly SpokenPrompt[]
  /** The first menu, with front `menu`. */
  readonly menu?: string
  readonly person: QueueTarget
  readonly source: Source
}

/** All menus as they were at one moment. A call keeps the one it started with. */
export interface MenuSnapshot {
  /** Changes whenever any menu file does. */
  readonly version: string
  readonly languages: readonly Language[]
  readonly lines: ReadonlyMap<string, Line>
  /** Answers for a number that no line names: a caller is never refused for a number. */
  readonly defaultLine: Line
  readonly menus: ReadonlyMap<string, Menu>
}
