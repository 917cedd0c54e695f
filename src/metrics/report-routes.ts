import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import Type, { type Static } from 'typebox'
import { HotlineError, inThread } from '../kernel/index.ts'
import type { AgentFiguresStore } from './agent-figures-store.ts'
import type { HistoryStore } from './history-store.ts'
import { agentReport, intervalReport, type Report } from './report.ts'
import { csvOf } from './report-csv.ts'
import { intervalQuery, readSpan, spanOf, spanQuery } from './span-query.ts'

class ReportTooLong extends HotlineError {
  readonly code = 'report-too-long'
  readonly status = 400
}

/** Two months of quarters of an hour in seven queues; nobody reads more, and it is held in memory. */
const mostRows = 50_000
const overseers = { roles: ['supervisor', 'admin'] } as const
const writing = {
  format: Type.Enum(['csv', 'xlsx'], { default: 'csv' }),
  language: Type.Enum(['zh', 'en'], { default: 'zh', description: 'of the headings' }),
}
const file = Type.Unsafe<Buffer | string>({ type: 'string', format: 'binary' })
const workbookType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const response = {
  200: {
    description: 'CSV in UTF-8 (RFC 4180), or a workbook',
    content: { 'text/csv': { schema: file }, [workbookType]: { schema: file } },
  },
}

/** The figures of /metrics as files for a spreadsheet. */
export function reportRoutes({
  history,
  agents,
  shortAbandon,
}: {
  history: HistoryStore
  agents: AgentFiguresStore
  /** Seconds before which a caller who gives up did not really wait, where a request does not say. */
  shortAbandon: number
}): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/reports/intervals',
      {
        config: overseers,
        schema: {
          tags: ['reports'],
          summary: 'What GET /metrics/intervals answers, as a file',
          querystring: Type.Object({ ...intervalQuery.properties, ...writing }),
          response,
        },
      },
      async ({ query }, reply) => {
        const { span, thresholds } = readSpan({ shortAbandon, ...query })
        const counts =
          query.by === 'line'
            ? await history.lineIntervals(span, query.interval, thresholds)
            : await history.intervals(span, query.interval, thresholds)
        return send(reply, { name: 'intervals', ...query, report: intervalReport(counts, query.language) })
      },
    )

    app.get(
      '/reports/agents',
      {
        config: overseers,
        schema: {
          tags: ['reports'],
          summary: 'What GET /metrics/agents answers, as a file',
          querystring: Type.Object({ ...Type.Pick(spanQuery, ['from', 'to']).properties, ...writing }),
          response,
        },
      },
      async ({ query }, reply) => {
        const figures = await agents.agents(spanOf(query))
        return send(reply, { name: 'agents', ...query, report: agentReport(figures, query.language) })
      },
    )
  }
}

async function send(
  reply: FastifyReply,
  { name, format, report }: { name: string; format: Static<(typeof writing)['format']>; report: Report },
): Promise<FastifyReply> {
  if (report.rows.length > mostRows) {
    throw new ReportTooLong(`${report.rows.length} rows, ${mostRows} at most: take a longer interval or a shorter span`)
  }
  reply.header('content-disposition', `attachment; filename="yihao-${name}.${format}"`)
  if (format === 'xlsx') {
    const workbook = await inThread<Uint8Array>('src/metrics/report-worker.js', report)
    return reply.type(workbookType).send(Buffer.from(workbook))
  }
  return reply.type('text/csv; charset=utf-8').send(csvOf(report))
}
