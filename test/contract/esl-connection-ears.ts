import type { Clock } from '../../src/kernel/index.ts'
import { EslConnection } from '../../src/switch/freeswitch/esl-connection.ts'
import type { EslHeaders } from '../../src/switch/freeswitch/json-events.ts'
import { silent } from '../support/database.ts'

/** A connection with everything it told. */
export interface EslEars {
  readonly connection: EslConnection
  readonly events: EslHeaders[]
  /** Reasons given for its end; one at most. */
  readonly closedFor: string[]
}

export async function connectTo(options: { port: number; password: string; clock: Clock }): Promise<EslEars> {
  const events: EslHeaders[] = []
  const closedFor: string[] = []
  const connection = await EslConnection.open({
    host: '127.0.0.1',
    logger: silent,
    onEvent: (headers) => events.push(headers),
    onClosed: (reason) => closedFor.push(reason),
    ...options,
  })
  return { connection, events, closedFor }
}

/** What a promise rejects with. A promise that resolves is a failure of the test. */
export function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => new Error(`resolved to ${String(value)}`),
    (error: unknown) => error,
  )
}
