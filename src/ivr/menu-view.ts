import Type, { type Static } from 'typebox'
import { nullable } from '../kernel/index.ts'
import type { MenuLibrary } from './menu-library.ts'
import type { Destination, KeyAction, Line, Menu, MenuSnapshot, Source } from './menu-snapshot.ts'

const text = Type.String()
const textOrNone = nullable(text)
const source = Type.Object({ file: text, line: Type.Integer({ minimum: 1 }) })
const prompts = Type.Array(
  Type.Object({
    language: nullable(Type.String({ description: 'null: the language of the call' })),
    name: text,
  }),
)
const destination = Type.Object({
  kind: Type.Enum(['menu', 'queue', 'person', 'repeat', 'hangup']),
  menu: textOrNone,
  queue: textOrNone,
  skills: Type.Array(text),
  priority: Type.Integer(),
})

const keyView = Type.Object({
  key: text,
  label: nullable(Type.Object({ zh: text, en: text }, { description: 'by the language of the page' })),
  language: textOrNone,
  play: prompts,
  to: destination,
  source,
})
const menuView = Type.Object({
  id: text,
  prompts,
  waitSeconds: Type.Number(),
  attempts: Type.Integer(),
  invalid: prompts,
  silence: prompts,
  exhausted: destination,
  keys: Type.Array(keyView),
  source,
})
const lineView = Type.Object({
  number: text,
  isDefault: Type.Boolean({ description: 'answers for numbers that no line names, too' }),
  front: Type.Enum(['menu', 'direct']),
  language: text,
  greeting: prompts,
  menu: textOrNone,
  person: destination,
  source,
})
/** The menus in force, and what is wrong with the files where they were changed and refused. */
export const menusView = Type.Object({
  version: text,
  languages: Type.Array(text),
  lines: Type.Array(lineView),
  menus: Type.Array(menuView),
  refused: nullable(
    Type.Object({
      at: Type.String({ format: 'date-time' }),
      faults: Type.Array(Type.Object({ file: text, line: Type.Integer(), message: text })),
    }),
  ),
})

export function viewOf({ menus, refused }: { menus: MenuSnapshot; refused: MenuLibrary['refused'] }) {
  return {
    version: menus.version,
    languages: [...menus.languages],
    lines: [...menus.lines.values()].map((line) => viewOfLine(line, line === menus.defaultLine)),
    menus: [...menus.menus.values()].map(viewOfMenu),
    refused: refused
      ? { at: new Date(refused.at).toISOString(), faults: refused.faults.map(({ ...fault }) => fault) }
      : null,
  } satisfies Static<typeof menusView>
}

function viewOfLine({ greeting, menu, person, source: at, ...line }: Line, isDefault: boolean) {
  return {
    ...line,
    isDefault,
    greeting: spoken(greeting),
    menu: menu ?? null,
    person: viewOfDestination({ kind: 'queue', ...person }),
    source: { ...at },
  }
}

function viewOfMenu(menu: Menu) {
  return {
    ...menu,
    prompts: spoken(menu.prompts),
    invalid: spoken(menu.invalid),
    silence: spoken(menu.silence),
    exhausted: viewOfDestination(menu.exhausted),
    keys: [...menu.keys].map(([key, action]) => viewOfKey(key, action)),
    source: { ...(menu.source satisfies Source) },
  }
}

function viewOfKey(key: string, { label, language, play, to, source: at }: KeyAction) {
  return {
    key,
    label: label ? { ...label } : null,
    language: language ?? null,
    play: spoken(play),
    to: viewOfDestination(to),
    source: { ...at },
  }
}

function viewOfDestination(to: Destination): Static<typeof destination> {
  return {
    kind: to.kind,
    menu: to.kind === 'menu' ? to.menu : null,
    queue: to.kind === 'queue' ? to.queue : null,
    skills: to.kind === 'queue' ? [...to.skills] : [],
    priority: to.kind === 'queue' ? to.priority : 0,
  }
}

function spoken(said: Menu['prompts']) {
  return said.map(({ language = null, name }) => ({ language, name }))
}
