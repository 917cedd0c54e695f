import type { Destination, KeyAction, Line, Menu, MenuSnapshot, PromptRef, SpokenPrompt } from './menu-snapshot.ts'

/** Why a call left the menu: figures tell a chosen queue from a caller who gave up on the menu. */
export type IvrReason = 'chosen' | 'asked-for-person' | 'no-valid-key' | 'direct' | 'too-many-turns' | 'menu-gone'

/** Where the call goes after the menu. */
export type IvrResult =
  | {
      readonly kind: 'queue'
      readonly queue: string
      readonly skills: readonly string[]
      readonly priority: number
      readonly language: string
      readonly path: readonly string[]
      readonly reason: IvrReason
    }
  | { readonly kind: 'hangup'; readonly language: string; readonly path: readonly string[]; readonly reason: IvrReason }

/** Where a caller stands. Plain data: it can be stored and taken up by another process. */
export interface Place {
  readonly language: string
  readonly menu?: string
  /** Invalid keys and silences since this menu was entered. */
  readonly missed: number
  /** Grows with every play and listen; an echo of an older one is recognised by it. */
  readonly turn: number
  /** Keys so far as `menu:key`. */
  readonly path: readonly string[]
  /** Said before the menu's own prompts, or before leaving. */
  readonly lead: readonly PromptRef[]
  readonly leaving?: IvrResult
}

/** The menus and the line one call goes through. */
export interface Walk {
  readonly menus: MenuSnapshot
  readonly line: Line
}

// A caller who keeps walking in circles is brought to a person; also what makes every walk finite.
export const turnLimit = 60

export function firstPlace({ line }: Walk): Place {
  const place = { language: line.language, missed: 0, turn: 0, path: [], lead: [] }
  const lead = spoken(line.greeting, line.language)
  if (line.front === 'direct' || line.menu === undefined)
    return { ...place, lead, leaving: personOf(line, place, 'direct') }
  return { ...place, lead, menu: line.menu }
}

export function afterKey(walk: Walk, place: Place, key: string): Place {
  const menu = menuAt(walk, place)
  if (key === '0')
    return toPerson(walk, { ...place, path: [...place.path, `${menu?.id ?? walk.line.number}:0`] }, 'asked-for-person')
  if (menu === undefined) return toPerson(walk, place, 'menu-gone')
  const action = menu.keys.get(key)
  if (action === undefined) return afterMiss(walk, place, menu, menu.invalid)
  return afterAction(walk, { ...place, path: [...place.path, `${menu.id}:${key}`] }, action)
}

export function afterSilence(walk: Walk, place: Place): Place {
  const menu = menuAt(walk, place)
  return menu === undefined ? toPerson(walk, place, 'menu-gone') : afterMiss(walk, place, menu, menu.silence)
}

/** The place a restored call goes on from: its menu may have been changed or removed meanwhile. */
export function afterRestore(walk: Walk, place: Place): Place {
  if (place.leaving !== undefined || menuAt(walk, place) !== undefined) return place
  return toPerson(walk, place, 'menu-gone')
}

export function toPerson(walk: Walk, place: Place, reason: IvrReason): Place {
  return { ...place, lead: [], leaving: personOf(walk.line, place, reason) }
}

export function menuAt({ menus }: Walk, place: Place): Menu | undefined {
  return place.menu === undefined ? undefined : menus.menus.get(place.menu)
}

export function promptsAt(walk: Walk, place: Place): PromptRef[] {
  const own = place.leaving === undefined ? (menuAt(walk, place)?.prompts ?? []) : []
  return [...place.lead, ...spoken(own, place.language)]
}

function afterAction(walk: Walk, place: Place, action: KeyAction): Place {
  const language = action.language ?? place.language
  const lead = spoken(action.play, language)
  return moved(walk, { ...place, language, lead }, action.to, 'chosen')
}

function afterMiss(walk: Walk, place: Place, menu: Menu, prompts: readonly SpokenPrompt[]): Place {
  const missed = place.missed + 1
  if (missed >= menu.attempts) return moved(walk, { ...place, lead: [] }, menu.exhausted, 'no-valid-key')
  return withinTurns(walk, { ...place, missed, lead: spoken(prompts, place.language) })
}

function moved(walk: Walk, place: Place, to: Destination, reason: IvrReason): Place {
  const { language, path } = place
  switch (to.kind) {
    case 'queue':
      return { ...place, leaving: { ...to, language, path, reason } }
    case 'hangup':
      return { ...place, leaving: { kind: 'hangup', language, path, reason } }
    case 'person':
      return { ...place, leaving: personOf(walk.line, place, reason) }
    case 'repeat':
      return withinTurns(walk, { ...place, missed: 0 })
    case 'menu':
      return withinTurns(walk, { ...place, menu: to.menu, missed: 0 })
  }
}

function withinTurns(walk: Walk, place: Place): Place {
  return place.turn >= turnLimit ? toPerson(walk, place, 'too-many-turns') : place
}

function personOf(line: Line, { language, path }: Pick<Place, 'language' | 'path'>, reason: IvrReason): IvrResult {
  return { kind: 'queue', ...line.person, language, path, reason }
}

function spoken(prompts: readonly SpokenPrompt[], language: string): PromptRef[] {
  return prompts.map((prompt) => ({ language: prompt.language ?? language, name: prompt.name }))
}
