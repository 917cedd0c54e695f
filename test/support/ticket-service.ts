import { join } from 'node:path'
import { openDatabase } from '../../src/db/index.ts'
import { type Logger, newId, projectRoot } from '../../src/kernel/index.ts'
import { startTicketService, type TicketService } from '../../src/tickets/app.ts'
import type { PlanningClock } from '../../src/tickets/clocks/planning-clock.ts'
import { readTicketConfig } from '../../src/tickets/config.ts'
import { emptyMatter } from '../../src/tickets/office/ticket.ts'
import { type TicketDatabase, type TicketTables, ticketSchema } from '../../src/tickets/ticket-database.ts'
import { newDatabaseUrl, silent } from './database.ts'
import { type FeedInProcess, feedToken, startFeed } from './feed-in-process.ts'
import { SetClock } from './set-clock.ts'
import { until } from './until.ts'

/** A clock set by hand. Its jobs never run by themselves: the test says when the time has come. */
export class SetPlanningClock extends SetClock implements PlanningClock {
  realTimeOf(): Date {
    return new Date('2999-01-01T00:00:00Z')
  }

  /** Goes on to a moment, e.g. `2026-03-02T09:00+08:00`. */
  setTo(time: string): void {
    this.advance(Date.parse(time) - this.now())
  }
}

type Role = 'agent' | 'supervisor' | 'admin' | 'service' | 'unit'

/** What a request was answered. */
export interface Answer<T = Record<string, unknown>> {
  readonly status: number
  readonly body: T
}

/** The ticket service in the process of the test, at a feed and on a database of its own, with people to use it. */
export class TicketRoom {
  readonly service: TicketService
  readonly feed: FeedInProcess
  readonly clock: SetPlanningClock
  readonly db: TicketDatabase
  readonly databaseUrl: string
  readonly url: string

  private constructor(parts: Pick<TicketRoom, 'service' | 'feed' | 'clock' | 'db' | 'databaseUrl' | 'url'>) {
    this.service = parts.service
    this.feed = parts.feed
    this.clock = parts.clock
    this.db = parts.db
    this.databaseUrl = parts.databaseUrl
    this.url = parts.url
  }

  static async start({
    city = 'default',
    now = '2026-03-02T09:00+08:00',
    databaseUrl,
    logger = silent,
  }: {
    city?: string
    now?: string
    databaseUrl?: string
    logger?: Logger
  } = {}): Promise<TicketRoom> {
    const url = databaseUrl ?? (await newDatabaseUrl())
    const feed = await startFeed({ databaseUrl: url })
    const clock = new SetPlanningClock(Date.parse(now))
    const config = readTicketConfig({
      DATABASE_URL: url,
      TICKETS_LISTEN: '127.0.0.1:0',
      HOTLINE_URL: feed.url,
      HOTLINE_TOKEN: feedToken,
      SESSION_SECRET: 'a secret of the test',
      SERVICE_TOKENS: 'reports:token-of-the-reports-program',
      CITY: city.includes('/') ? city : join(projectRoot(), 'cities', `${city}.yaml`),
    })
    const service = await startTicketService(config, logger, { clock })
    const address = service.http.server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const db = openDatabase<TicketTables>({ url, logger: silent, connections: 2, schema: ticketSchema })
    return new TicketRoom({ service, feed, clock, db, databaseUrl: url, url: `http://127.0.0.1:${port}` })
  }

  token(role: Role, about: { username?: string; unitId?: string; agentId?: string } = {}): string {
    const { username = `${about.unitId ?? role}.one`, unitId = null, agentId = null } = about
    return this.service.http.jwt.sign({ username, role, agentId, unitId })
  }

  async ask<T = Record<string, unknown>>(
    method: string,
    path: string,
    { as, body, headers = {} }: { as?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer<T>> {
    const response = await fetch(`${this.url}${path.startsWith('/api') ? path : `/api/v1${path}`}`, {
      method,
      headers: {
        ...headers,
        ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const json = response.headers.get('content-type')?.includes('json') === true
    return { status: response.status, body: (json && text !== '' ? JSON.parse(text) : text) as T }
  }

  /** A call that came, and its id. */
  offeredCall({ callerNumber = '13800000001', line = '12345' } = {}): string {
    const [callId, legId] = [newId(), newId()]
    const from = { callerNumber, callerName: '', sipCallId: 'x', adopted: false }
    this.feed.log.append('call.offered', { callId, line, switch: 'one', legId, ...from })
    return callId
  }

  /** A call that agent 8001 answers; resolves with the id of its draft. */
  async answeredCall({
    callerNumber = '13800000001',
    agentId = '8001',
    line = '12345',
    waitedMs = 1000,
  } = {}): Promise<{ callId: string; ticketId: string }> {
    const callId = this.offeredCall({ callerNumber, line })
    const legId = newId()
    this.feed.log.append('call.answered', { callId, queue: 'general', agentId, legId, waitedMs })
    const as = this.token('agent')
    let ticketId = ''
    await until(async () => {
      const { status, body } = await this.ask<{ ticket: { ticketId: string } }>('GET', `/calls/${callId}/ticket`, {
        as,
      })
      if (status === 200) ticketId = body.ticket.ticketId
      return status === 200
    }, 'the call has its draft')
    return { callId, ticketId }
  }

  /** Writes down what the citizen said, without which nothing is dispatched. */
  async describe(ticketId: string): Promise<void> {
    const as = this.token('agent')
    const { revision } = (await this.ask<TicketBody>('GET', `/tickets/${ticketId}`, { as })).body
    const body = { ...emptyMatter, title: '屋顶漏水', content: '五楼天花板渗水', revision }
    await this.ask('PUT', `/tickets/${ticketId}/matter`, { as, body })
  }

  /** Has facts of these types kept, as for a webhook whose receiver is away. */
  async keepFacts(...types: string[]): Promise<void> {
    const body = { url: 'http://127.0.0.1:9/', types }
    await this.ask('POST', '/webhooks', { as: this.token('admin'), body })
  }

  /** A step of a ticket; throws when it is refused. */
  async step(ticketId: string, name: string, as: string, body: object = {}): Promise<TicketBody> {
    const answer = await this.ask<TicketBody>('POST', `/tickets/${ticketId}/${name}`, { as, body })
    if (answer.status !== 200) throw new Error(`${name}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  async stop(): Promise<void> {
    await this.service.stop()
    await this.feed.stop()
    await this.db.destroy()
  }
}

/** What of a ticket's view the tests look at. */
export interface TicketBody {
  readonly ticketId: string
  readonly number: string
  readonly queryCode: string
  readonly state: string
  readonly kind: string | null
  readonly revision: number
  readonly unitId: string | null
  readonly dueAt: string | null
  readonly returnDueAt: string | null
  readonly closedBy: string | null
  readonly resolved: boolean | null
  readonly satisfied: boolean | null
  readonly urged: number
  readonly criticised: number
  readonly callerNumber: string
  readonly responsible: { readonly kind: string; readonly id: string | null }
  readonly clocks: readonly { readonly stage: string; readonly dueAt: string }[]
  readonly extension: { readonly until: string; readonly decision: string } | null
  readonly callRating: { readonly rating: number; readonly agentId: string } | null
}
