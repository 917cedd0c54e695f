import writeExcelFile, { type Cell } from 'write-excel-file/node'
import type { CellValue, ColumnKind, Report } from './report.ts'

const formats: Readonly<Record<Exclude<ColumnKind, 'text'>, string>> = { count: '0', seconds: '0.0', share: '0.0%' }
const widths: Readonly<Record<ColumnKind, number>> = { text: 18, count: 11, seconds: 16, share: 24 }

/** A report as an Office Open XML workbook. Texts are written as texts, so that none is ever taken for a formula. */
export async function workbookOf({ columns, rows }: Report): Promise<Buffer> {
  const heading = columns.map((column): Cell => ({ value: column.heading, type: String, fontWeight: 'bold' }))
  const cells = rows.map((row) => row.map((value, index) => cell(value, columns[index]?.kind ?? 'text')))
  return writeExcelFile([heading, ...cells], {
    columns: columns.map(({ kind }) => ({ width: widths[kind] })),
    stickyRowsCount: 1,
  }).toBuffer()
}

function cell(value: CellValue, kind: ColumnKind): Cell {
  if (value === null) return null
  if (typeof value === 'string' || kind === 'text') return { value: String(value), type: String }
  return { value, type: Number, format: formats[kind] }
}
