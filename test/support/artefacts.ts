import { join } from 'node:path'
import { projectRoot } from '../../src/kernel/index.ts'

/** Where pictures of pages are kept. */
export const artefacts = join(projectRoot(), 'artefacts/browser')
