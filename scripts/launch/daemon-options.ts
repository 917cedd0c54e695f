import type { Secrets } from './secrets.ts'
import type { StackPorts } from './stack-options.ts'

/** What a daemon of others is started with. */
export interface DaemonOptions {
  readonly ports: StackPorts
  readonly secrets: Secrets
  /** Its configuration and data go into a folder below. */
  readonly stateDir: string
  readonly logDir: string
  /** Start it again when it ends by itself. */
  readonly keepAlive: boolean
  /** Aborted, its start is given up. */
  readonly signal: AbortSignal | undefined
}
