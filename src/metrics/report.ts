import type { AgentFigures } from './agent-figures-store.ts'
import { type AnswerRateName, type CallsOut, type QueueCounts, ratesOf } from './figures.ts'

export type ReportLanguage = 'zh' | 'en'

/** What stands in a column; the unit is in its heading. */
export type ColumnKind = 'text' | 'count' | 'seconds' | 'share'
export type CellValue = string | number | null

/** A report as rows and columns; what it is written as, CSV or a workbook, is another matter. */
export interface Report {
  readonly columns: readonly { readonly heading: string; readonly kind: ColumnKind }[]
  readonly rows: readonly (readonly CellValue[])[]
}

interface Column<Row> {
  readonly zh: string
  readonly en: string
  readonly kind: ColumnKind
  readonly value: (row: Row) => CellValue
}

/** Counts of a queue or a line in an interval. */
type Interval = QueueCounts & { readonly start: Date; readonly queue?: string | null; readonly line?: string }

/** The rates in the words of docs/metrics.md. */
const rateHeadings: Readonly<Record<AnswerRateName, { readonly zh: string; readonly en: string }>> = {
  answeredInTimeOfAnswered: { zh: '时限内接通 ÷ 接通', en: 'answered in time / answered' },
  handledInTimeOfOffered: {
    zh: '（时限内接通 + 时限内放弃）÷ 来电',
    en: '(answered + abandoned in time) / offered',
  },
  answeredInTimeOfOffered: { zh: '时限内接通 ÷ 来电', en: 'answered in time / offered' },
  answeredInTimeOfOfferedWithoutEarlyAbandons: {
    zh: '时限内接通 ÷（来电 − 时限内放弃）',
    en: 'answered in time / (offered - abandoned in time)',
  },
  answeredOfOfferedWithoutShortAbandons: {
    zh: '接通 ÷（来电 − 秒挂）',
    en: 'answered / (offered - short abandons)',
  },
  answeredOfOffered: { zh: '接通 ÷ 来电', en: 'answered / offered' },
}

const text = <Row>(zh: string, en: string, value: (row: Row) => string | null): Column<Row> => ({
  zh,
  en,
  kind: 'text',
  value,
})
const count = <Row>(zh: string, en: string, value: (row: Row) => number): Column<Row> => ({
  zh,
  en,
  kind: 'count',
  value,
})
const seconds = <Row>(zh: string, en: string, value: (row: Row) => number | null): Column<Row> => ({
  zh: `${zh}（秒）`,
  en: `${en} (s)`,
  kind: 'seconds',
  value,
})

/** Calls to citizens, beside what came in. */
const columnsOut = <Row extends { readonly out: CallsOut }>(): readonly Column<Row>[] => [
  count('去电', 'Calls out', ({ out }) => out.placed),
  count('去电接通', 'Calls out reached', ({ out }) => out.reached),
  seconds('去电通话时长', 'Talked in calls out', ({ out }) => out.talkedMs / 1000),
]

const intervalColumns: readonly Column<Interval>[] = [
  text('开始时间', 'Begins', ({ start }) => chinaTime(start)),
  text('队列/线路', 'Queue or line', ({ queue, line }) => queue ?? line ?? null),
  count('来电', 'Offered', ({ offered }) => offered),
  count('接通', 'Answered', ({ answered }) => answered),
  count('放弃', 'Abandoned', ({ abandoned }) => abandoned),
  count('时限内接通', 'Answered in time', ({ answeredInTime }) => answeredInTime),
  count('时限内放弃', 'Abandoned in time', ({ abandonedInTime }) => abandonedInTime),
  count('秒挂', 'Short abandons', ({ shortAbandons }) => shortAbandons),
  seconds('平均应答速度', 'Average speed of answer', (row) => ratesOf(row).averageSpeedOfAnswer),
  seconds('最长等待', 'Longest wait', ({ longestWaitMs }) => longestWaitMs / 1000),
  ...(Object.entries(rateHeadings) as [AnswerRateName, { zh: string; en: string }][]).map(
    ([name, heading]): Column<Interval> => ({ ...heading, kind: 'share', value: (row) => ratesOf(row).rates[name] }),
  ),
  ...columnsOut<Interval>(),
]

const agentColumns: readonly Column<AgentFigures>[] = [
  text('坐席', 'Agent', ({ agentId }) => agentId),
  count('接通', 'Answered', ({ answered }) => answered),
  count('同事转入', 'Handed over by colleagues', ({ answered, handled }) => handled - answered),
  count('其中通话中', 'Of these talking', ({ talking }) => talking),
  seconds('通话时长', 'Talked', ({ talkedMs }) => talkedMs / 1000),
  seconds('平均通话', 'Average talk', ({ talkedMs, handled, talking }) =>
    handled > talking ? talkedMs / (handled - talking) / 1000 : null,
  ),
  ...columnsOut<AgentFigures>(),
  count('未接', 'Missed', ({ missed }) => missed),
  { zh: '平均评分', en: 'Average rating', kind: 'seconds', value: ({ averageRating }) => averageRating },
  seconds('签入', 'Logged in', ({ timesMs }) => timesMs.loggedIn / 1000),
  seconds('空闲', 'Ready', ({ timesMs }) => timesMs.ready / 1000),
  seconds('振铃', 'Ringing', ({ timesMs }) => timesMs.ringing / 1000),
  seconds('通话', 'Talking', ({ timesMs }) => timesMs.talking / 1000),
  seconds('保持', 'On hold', ({ timesMs }) => timesMs.held / 1000),
  seconds('整理', 'Wrap-up', ({ timesMs }) => timesMs.wrapUp / 1000),
  seconds('监听', 'Monitoring', ({ timesMs }) => timesMs.monitoring / 1000),
]

/** One column for every reason that anybody in the report had for not being ready. */
function reasonColumns(rows: readonly AgentFigures[]): Column<AgentFigures>[] {
  const reasons = [...new Set(rows.flatMap(({ timesMs }) => Object.keys(timesMs.notReady)))].sort()
  return reasons.map((reason) =>
    seconds(`示忙：${reason}`, `Not ready: ${reason}`, ({ timesMs }) => (timesMs.notReady[reason] ?? 0) / 1000),
  )
}

export function intervalReport(rows: readonly Interval[], language: ReportLanguage): Report {
  return reportOf(intervalColumns, rows, language)
}

export function agentReport(rows: readonly AgentFigures[], language: ReportLanguage): Report {
  return reportOf([...agentColumns, ...reasonColumns(rows)], rows, language)
}

function reportOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[], language: ReportLanguage): Report {
  return {
    columns: columns.map(({ kind, ...heading }) => ({ heading: heading[language], kind })),
    rows: rows.map((row) => columns.map(({ value }) => value(row))),
  }
}

/** `2026-11-22 08:15`, in the one time of China. */
function chinaTime(at: Date): string {
  return new Date(at.getTime() + 8 * 60 * 60 * 1000).toISOString().slice(0, 16).replace('T', ' ')
}
