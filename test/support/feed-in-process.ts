import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { type Database, migrateToLatest, openDatabase } from '../../src/db/index.ts'
import { type EventLog, lastSequence } from '../../src/events/index.ts'
import { createHttpServer } from '../../src/http/index.ts'
import { CommittedTail, liveRoutes } from '../../src/live/index.ts'
import { openLog } from './open-log.ts'
import { migrationsDir, silent } from './silent.ts'

export const feedToken = 'token-of-the-ticket-service'

/** The hotline's log and feed without its telephony: facts are appended by the test. */
export interface FeedInProcess {
  readonly url: string
  readonly log: EventLog
  readonly app: FastifyInstance
  stop(): Promise<void>
}

export async function startFeed({
  databaseUrl,
  port = 0,
}: {
  databaseUrl: string
  port?: number
}): Promise<FeedInProcess> {
  const db: Database = openDatabase({ url: databaseUrl, logger: silent, connections: 4 })
  await migrateToLatest({ db, folder: migrationsDir, logger: silent })
  const folder = mkdtempSync(join(tmpdir(), 'yihao-feed-'))
  const log = openLog({ db, folder })
  const tail = new CommittedTail({ log, last: await lastSequence(db) })
  const app = await createHttpServer({
    logger: silent,
    jwtSecret: 'a secret of the test',
    serviceTokens: new Map([['tickets', feedToken]]),
    routes: [],
    rootRoutes: [liveRoutes({ log, tail, source: '/yihao/test', logger: silent })],
  })
  await app.listen({ host: '127.0.0.1', port })
  const address = app.server.address()
  const listening = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${listening}`,
    log,
    app,
    async stop() {
      await app.close()
      await log.close()
      await db.destroy()
    },
  }
}
