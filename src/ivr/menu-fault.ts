import { HotlineError } from '../kernel/index.ts'
import type { Source } from './menu-snapshot.ts'

/** One thing wrong in a menu file. */
export interface MenuFault extends Source {
  readonly message: string
}

/** `ivr/menus/main.yaml:14: key 3 leads to "tax-en", which no menu defines` */
export function formatFault({ file, line, message }: MenuFault): string {
  return `${file}:${line}: ${message}`
}

/** The menus as a whole cannot be used; `faults` lists everything found, in the order of files and lines. */
export class MenusRefused extends HotlineError {
  readonly code = 'menus-refused'
  readonly status = 500
  readonly faults: readonly MenuFault[]

  constructor(faults: readonly MenuFault[]) {
    super(`the IVR menus cannot be used:\n${faults.map(formatFault).join('\n')}`)
    this.faults = faults
  }
}

export function inReadingOrder(faults: readonly MenuFault[]): MenuFault[] {
  return [...faults].sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1))
}
