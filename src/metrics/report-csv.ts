import type { CellValue, ColumnKind, Report } from './report.ts'

/** Excel takes a file for UTF-8 only when it begins with this. */
const byteOrderMark = '\uFEFF'

/** A report as RFC 4180 has it: lines end in CR LF, cells with commas, quotes or line ends are quoted. */
export function csvOf({ columns, rows }: Report): string {
  const lines = [
    columns.map(({ heading }) => cell(heading, 'text')),
    ...rows.map((row) => row.map((value, index) => cell(value, columns[index]?.kind ?? 'text'))),
  ]
  return byteOrderMark + lines.map((line) => `${line.join(',')}\r\n`).join('')
}

function cell(value: CellValue, kind: ColumnKind): string {
  if (value === null) return ''
  if (typeof value === 'number') return numberText(value, kind)
  const safe = guarded(value)
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/**
 * A text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, "CSV Injection"), full-width
 * signs and leading white space included.
 */
function guarded(text: string): string {
  return /^[=+\-@＝＋－＠]/.test(text.trimStart()) || /^[\t\r\n]/.test(text) ? `'${text}` : text
}

/** As many places as the figure is good for; shares stay shares from 0 to 1. */
function numberText(value: number, kind: ColumnKind): string {
  if (kind === 'share') return String(Math.round(value * 1e6) / 1e6)
  return String(kind === 'seconds' ? Math.round(value * 1000) / 1000 : value)
}
