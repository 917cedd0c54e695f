import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot, readArguments } from '../../src/kernel/index.ts'

/** A page of the documentation that is made from the code. */
export interface GeneratedPage {
  /** From the project's root. */
  readonly path: string
  readonly text: string
}

/** Whether the committed page is what the code says now. */
export function isCurrent({ path, text }: GeneratedPage): boolean {
  try {
    return readFileSync(join(projectRoot(), path), 'utf8') === text
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

/** The command line of a generator: writes the page, or with `--check` only says whether it is current. Returns the exit status. */
export function keepCurrent(page: GeneratedPage): number {
  const { values: flags } = readArguments({ options: { check: { type: 'boolean', default: false } } })
  if (isCurrent(page)) return 0
  if (flags.check) {
    console.error(`${page.path} is not what the code says: run "npm run draw" and commit it`)
    return 1
  }
  writeFileSync(join(projectRoot(), page.path), page.text)
  console.log(`${page.path} written`)
  return 0
}
