import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../../src/db/index.ts'
import { createHttpServer } from '../../../src/http/index.ts'
import { SetClock } from '../../../src/kernel/index.ts'
import {
  AgentFiguresStore,
  BranchFiguresStore,
  CallbackFiguresStore,
  HistoryStore,
  LiveCallbacks,
  LiveFigures,
  metricsRoutes,
  type QueueCounts,
  reportRoutes,
} from '../../../src/metrics/index.ts'
import { csvOf } from '../../../src/metrics/report-csv.ts'
import { workbookOf } from '../../../src/metrics/report-workbook.ts'
import { newDatabase, silent } from '../../support/database.ts'
import { openLog, project } from '../../support/open-log.ts'
import { readWorkbook } from '../../support/read-workbook.ts'
import { recordAbandonedCall, recordAnsweredCall, recordCallOut } from '../../support/recorded-calls.ts'

const begin = Date.parse('2026-11-20T08:00:00+08:00')
const span = 'from=2026-11-20T00:00:00%2B08:00&to=2026-11-22T00:00:00%2B08:00'
const minute = 60_000

let db: Database
let app: FastifyInstance
beforeAll(async () => {
  db = await newDatabase()
  await recordTwoDays()
  const history = new HistoryStore({ db })
  const agents = new AgentFiguresStore({ db })
  const clock = new SetClock()
  const [live, liveCallbacks] = [new LiveFigures({ clock }), new LiveCallbacks({ clock })]
  const [branches, callbacks] = [new BranchFiguresStore({ db }), new CallbackFiguresStore({ db })]
  app = await createHttpServer({
    logger: silent,
    jwtSecret: 'a secret of the test',
    routes: [
      metricsRoutes({
        history,
        agents,
        live,
        branches,
        callbacks,
        liveCallbacks,
        zone: 'Asia/Shanghai',
        shortAbandon: 5,
      }),
      reportRoutes({ history, agents, shortAbandon: 5 }),
    ],
    rootRoutes: [],
  })
  await app.ready()
})
afterAll(async () => {
  await app.close()
  await db.destroy()
})

/** Two lines and two queues, early in the morning and late at night of one day in China. */
async function recordTwoDays(): Promise<void> {
  const log = openLog({ db })
  for (let each = 0; each < 40; each += 1) {
    const queuedAt = begin + each * 7 * minute + (each % 2) * 900 * minute
    const call = { queue: each % 3 === 0 ? 'tax' : 'general', line: each % 4 === 0 ? '12366' : '12345', queuedAt }
    const wait = each * 800
    if (each % 5 === 0) recordAbandonedCall(log, { ...call, abandonedAt: queuedAt + wait })
    else recordAnsweredCall(log, { ...call, answeredAt: queuedAt + wait, releasedAt: queuedAt + wait + 90_000 })
  }
  const out = { agentId: '8002', placedAt: begin + 10 * minute }
  recordCallOut(log, { ...out, queue: 'tax', reachedAt: begin + 11 * minute, releasedAt: begin + 11.5 * minute })
  recordCallOut(log, { ...out, queue: null, line: '12366', releasedAt: begin + 11 * minute })
  const at = (minutes: number) => begin + minutes * minute
  const change = { agentId: '8001', from: 'ready', status: 'available', extension: '8001', callId: null } as const
  log.append('agent.state-changed', { ...change, to: 'ready', reason: null }, at(0))
  log.append('agent.state-changed', { ...change, to: 'notReady', reason: 'lunch' }, at(90))
  log.append('agent.state-changed', { ...change, to: 'offline', reason: null }, at(120))
  await project(log, db)
  await log.close()
}

async function ask(path: string, role = 'supervisor') {
  const token = app.jwt.sign({ username: `a.${role}`, role, agentId: null })
  return app.inject({ url: `/api/v1${path}`, headers: { authorization: `Bearer ${token}` } })
}

interface Interval extends QueueCounts {
  readonly start: string
  readonly queue?: string | null
  readonly line?: string
  readonly averageSpeedOfAnswer: number | null
  readonly rates: Readonly<Record<string, number | null>>
}

/** What a row of the report must say of an interval of the API. */
const expected = (each: Interval) => [
  new Date(Date.parse(each.start) + 8 * 60 * minute).toISOString().slice(0, 16).replace('T', ' '),
  each.queue ?? each.line ?? null,
  ...[each.offered, each.answered, each.abandoned, each.answeredInTime, each.abandonedInTime, each.shortAbandons],
  each.averageSpeedOfAnswer,
  each.longestWaitMs / 1000,
  ...[
    'answeredInTimeOfAnswered',
    'handledInTimeOfOffered',
    'answeredInTimeOfOffered',
    'answeredInTimeOfOfferedWithoutEarlyAbandons',
    'answeredOfOfferedWithoutShortAbandons',
    'answeredOfOffered',
  ].map((rate) => each.rates[rate] ?? null),
  ...[each.out.placed, each.out.reached, each.out.talkedMs / 1000],
]

test.each([
  'interval=15&by=queue',
  'interval=15&by=line&answerWithin=5',
  'interval=1440&by=queue&queue=tax',
  'interval=1440&by=line&shortAbandon=20',
])('report of intervals (%s) - CSV and workbook say what the API says', async (query) => {
  const told = (await ask(`/metrics/intervals?${span}&${query}`)).json<Interval[]>()
  const csv = await ask(`/reports/intervals?${span}&${query}`)
  const workbook = await ask(`/reports/intervals?${span}&${query}&format=xlsx&language=en`)

  const [headings, ...rows] = readWorkbook(workbook.rawPayload)
  expect(headings?.slice(0, 4)).toEqual(['Begins', 'Queue or line', 'Offered', 'Answered'])
  expect(told.length).toBeGreaterThan(1)
  expect(rows).toEqual(told.map(expected))
  const lines = csv.body.split('\r\n')
  expect(lines).toHaveLength(told.length + 2)
  for (const [index, each] of told.entries()) {
    const cells = lines[index + 1]?.split(',') ?? []
    for (const [column, value] of expected(each).entries()) {
      if (typeof value === 'number') expect(Number(cells[column])).toBeCloseTo(value, 3)
      else expect(cells[column]).toBe(value ?? '')
    }
  }
})

test('report of intervals - a day begins at midnight in China', async () => {
  const told = (await ask(`/metrics/intervals?${span}&interval=1440&by=line`)).json<Interval[]>()

  // 08:00 and later of the 20th, and what came after midnight: seven of the calls at 23:07 and every 14 minutes.
  expect(told.map(({ start, line, offered }) => [start, line, offered])).toEqual([
    ['2026-11-19T16:00:00.000Z', '12345', 14],
    ['2026-11-19T16:00:00.000Z', '12366', 10],
    ['2026-11-20T16:00:00.000Z', '12345', 16],
  ])
})

test('report of agents - says what the API says', async () => {
  const [told] = (await ask(`/metrics/agents?${span}`)).json<Record<string, number>[]>()
  const workbook = await ask(`/reports/agents?${span}&format=xlsx`)

  const [headings, row, other] = readWorkbook(workbook.rawPayload)
  const talked = (told?.['talkedMs'] ?? 0) / 1000
  expect(row?.slice(0, 11)).toEqual(['8001', told?.['answered'], 0, 0, talked, 90, 0, 0, 0, 0, null])
  expect(other?.slice(0, 11)).toEqual(['8002', 0, 0, 0, 0, null, 2, 1, 30, 0, null])
  expect(headings?.slice(11)).toEqual([
    ...[
      '签入（秒）',
      '空闲（秒）',
      '振铃（秒）',
      '通话（秒）',
      '保持（秒）',
      '整理（秒）',
      '监听（秒）',
      '示忙：lunch（秒）',
    ],
  ])
  expect(row?.slice(11)).toEqual([7200, 5400, 0, 0, 0, 0, 0, 1800])
  expect(told?.['answered']).toBe(32)
})

test('reports - a spreadsheet opens them as what they are, and browsers as a download', async () => {
  const csv = await ask(`/reports/agents?${span}`)
  const workbook = await ask(`/reports/agents?${span}&format=xlsx`)

  expect([...csv.rawPayload.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
  expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8')
  expect(csv.headers['content-disposition']).toBe('attachment; filename="yihao-agents.csv"')
  expect(csv.body).toContain('坐席,接通')
  expect(workbook.headers['content-type']).toMatch(/spreadsheetml\.sheet$/)
  expect(workbook.rawPayload.subarray(0, 2).toString()).toBe('PK')
})

test.each(['/reports/agents', '/reports/intervals'])('%s is refused to agents', async (path) => {
  expect((await ask(path, 'agent')).statusCode).toBe(403)
})

test.each([
  ['=1+1', "'=1+1"],
  ['+86', "'+86"],
  ['-2', "'-2"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['  =1', "'  =1"],
  ['＝1', "'＝1"],
  ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
  ['a,b', '"a,b"'],
  ['a\r\nb', '"a\r\nb"'],
  ['8001', '8001'],
])('CSV - the text %j stands in the file as %j', (text, written) => {
  const columns = [{ heading: 'x', kind: 'text' as const }]

  expect(csvOf({ columns, rows: [[text]] })).toBe(`\uFEFFx\r\n${written}\r\n`)
})

test('workbook - a text that looks like a formula stays a text', async () => {
  const columns = [{ heading: '=1+1', kind: 'text' as const }]

  expect(readWorkbook(await workbookOf({ columns, rows: [['=cmd|calc!A0'], [null]] }))).toEqual([
    ['=1+1'],
    ['=cmd|calc!A0'],
    [null],
  ])
})
