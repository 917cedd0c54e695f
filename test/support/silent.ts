import { join } from 'node:path'
import { createLogger, projectRoot } from '../../src/kernel/index.ts'

export const silent = createLogger({ name: 'test', level: 'silent' })
export const migrationsDir = join(projectRoot(), 'migrations')
