/** The first thing a caller hears: menus from files, decided key by key. Plays nothing itself. */
export type { IvrInput } from './ivr-machine.ts'
export { type IvrCommand, IvrSession, type StoredIvrSession } from './ivr-session.ts'
export { formatFault, type MenuFault, MenusRefused } from './menu-fault.ts'
export { type MenuFolder, readMenus } from './menu-folder.ts'
export { MenuLibrary, type MenuLibraryOptions } from './menu-library.ts'
export { promptsOf } from './menu-prompts.ts'
export { menuRoutes } from './menu-routes.ts'
export type {
  Language,
  Line,
  Menu,
  MenuSnapshot,
  PromptName,
  PromptRef,
  QueueTarget,
} from './menu-snapshot.ts'
export type { IvrReason, IvrResult } from './menu-steps.ts'
export { formatMenuTree } from './menu-tree.ts'
export { speakExpectedWait, speakPosition } from './number-prompts.ts'
export { promptFile, promptLengths, queueMusic } from './prompt-shelf.ts'
