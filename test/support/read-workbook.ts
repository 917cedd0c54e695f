import { inflateRawSync } from 'node:zlib'

/** The cells of a workbook's first sheet, row by row: numbers as numbers, everything else as text. */
export function readWorkbook(file: Buffer): (string | number | null)[][] {
  const parts = readZip(file)
  const strings = textsOf(parts.get('xl/sharedStrings.xml') ?? '', 'si')
  const sheet = [...parts].find(([name]) => /^xl\/worksheets\/sheet\w*\.xml$/.test(name))?.[1] ?? ''
  const rows = [...sheet.matchAll(/<row\b[^>]*?(?:\/>|>(.*?)<\/row>)/gs)].map(([, row = '']) => cellsOf(row, strings))
  const width = Math.max(0, ...rows.map((row) => row.size))
  return rows.map((row) => Array.from({ length: width }, (_, column) => row.get(column) ?? null))
}

/** By column, from 0; empty ones are left out. */
function cellsOf(row: string, strings: readonly string[]): Map<number, string | number> {
  const cells = new Map<number, string | number>()
  for (const [, attributes = '', content = ''] of row.matchAll(/<c\b([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)) {
    if (content.includes('<f>')) throw new Error(`a formula: ${content}`)
    const letters = /r="([A-Z]+)/.exec(attributes)?.[1] ?? ''
    const column = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
    const value = /<v>(.*?)<\/v>/s.exec(content)?.[1]
    if (/t="s"/.test(attributes)) cells.set(column, strings[Number(value)] ?? '')
    else if (/t="inlineStr"/.test(attributes)) cells.set(column, textsOf(content, 'is')[0] ?? '')
    else if (value !== undefined) cells.set(column, Number(value))
  }
  return cells
}

function textsOf(xml: string, element: string): string[] {
  return [...xml.matchAll(new RegExp(`<${element}\\b[^>]*>(.*?)</${element}>`, 'gs'))].map(([, content = '']) =>
    [...content.matchAll(/<t\b[^>]*>(.*?)<\/t>/gs)].map(([, text = '']) => plain(text)).join(''),
  )
}

function plain(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
}

/** The files of a ZIP archive by its central directory (APPNOTE 4.3.12). */
function readZip(file: Buffer): ReadonlyMap<string, string> {
  const end = file.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]))
  const parts = new Map<string, string>()
  let at = file.readUInt32LE(end + 16)
  for (let left = file.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [method, size, nameLength] = [
      file.readUInt16LE(at + 10),
      file.readUInt32LE(at + 20),
      file.readUInt16LE(at + 28),
    ]
    const header = file.readUInt32LE(at + 42)
    const begin = header + 30 + file.readUInt16LE(header + 26) + file.readUInt16LE(header + 28)
    const packed = file.subarray(begin, begin + size)
    parts.set(
      file.toString('utf8', at + 46, at + 46 + nameLength),
      (method === 8 ? inflateRawSync(packed) : packed).toString('utf8'),
    )
    at += 46 + nameLength + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32)
  }
  return parts
}
