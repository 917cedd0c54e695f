import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach } from 'vitest'
import type { Database } from '../../../src/db/index.ts'
import { type EventLog, lastSequence } from '../../../src/events/index.ts'
import { createHttpServer } from '../../../src/http/index.ts'
import { CommittedTail, liveRoutes } from '../../../src/live/index.ts'
import { newDatabase, silent } from '../../support/database.ts'
import { openLog } from '../../support/open-log.ts'
import { Consumer } from './consumer.ts'

/** A hotline process as far as the feed needs one; several may share a database. */
export interface Feed {
  readonly log: EventLog
  readonly app: FastifyInstance
  readonly port: number
  close(): Promise<void>
}

interface Principal {
  readonly username: string
  readonly role: 'agent' | 'supervisor' | 'admin' | 'service'
  readonly agentId: string | null
}

/** Feeds upon a database of the test's own, and their consumers; all are gone after it. */
export function ownFeeds() {
  let db: Database
  let feeds: Feed[]
  let consumers: Consumer[]
  beforeEach(async () => {
    db = await newDatabase()
    feeds = []
    consumers = []
  })
  afterEach(async () => {
    for (const { socket } of consumers) socket.terminate()
    for (const feed of feeds) await feed.close()
    await db.destroy()
  })

  async function aFeed(): Promise<Feed> {
    const folder = mkdtempSync(join(tmpdir(), 'yihao-journal-'))
    const log = openLog({ db, folder })
    const tail = new CommittedTail({ log, last: await lastSequence(db) })
    const rootRoutes = [liveRoutes({ log, tail, source: '/yihao/test', logger: silent })]
    const app = await createHttpServer({ logger: silent, jwtSecret: 'a secret of the test', routes: [], rootRoutes })
    await app.listen({ host: '127.0.0.1', port: 0 })
    const address = app.server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    let isOpen = true
    const feed = {
      log,
      app,
      port,
      async close() {
        if (!isOpen) return
        isOpen = false
        await app.close()
        await log.close()
      },
    }
    feeds.push(feed)
    return feed
  }

  const tokenOf = ({ app }: Feed, principal: Partial<Principal> = {}) =>
    app.jwt.sign({ username: 'test', role: 'service', agentId: null, ...principal })

  function consumer(feed: Feed, query = '', principal: Partial<Principal> = {}): Promise<Consumer> {
    const made = new Consumer(`ws://127.0.0.1:${feed.port}/live${query}`, { token: tokenOf(feed, principal) })
    return keep(made).opened()
  }

  /** A consumer made by the test itself ends with it, too. */
  function keep(made: Consumer): Consumer {
    consumers.push(made)
    return made
  }

  return { aFeed, tokenOf, consumer, keep }
}
