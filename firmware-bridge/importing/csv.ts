import { CsvError, parse } from 'csv-parse/sync'
import { mostColumns, mostRows, type ReadSheet, type Sheet, type Unreadable } from './sheet.ts'

export const encodings = ['utf-8', 'gb18030'] as const
export type Encoding = (typeof encodings)[number]

const delimiters = [',', ';', '\t'] as const
type Delimiter = (typeof delimiters)[number]

/** What stands at the end of a row. */
const lineEnds = ['\r\n', '\n', '\r']
const lineEnd = /\r\n|\n|\r/g

/**
 * The table in the bytes of a CSV file: UTF-8 or UTF-16 by its mark, else as `encoding` says, else UTF-8 where it is valid and GB 18030
 * where not. Of comma, semicolon and tab the one under which `judge` likes the rows best. Never throws.
 */
export function readCsv(bytes: Uint8Array, encoding: Encoding | undefined, judge: (sheet: Sheet) => number): ReadSheet {
  const decoded = decode(bytes, encoding)
  if (!decoded.ok) return decoded
  const { text } = decoded
  if (text.includes('\0')) return { ok: false, why: 'is no text: neither CSV nor .xlsx' }
  const read = delimiters.map((delimiter) => rowsOf(text, delimiter))
  const liked = read.map(({ sheet }) => judge(sheet))
  const best = read[liked.indexOf(Math.max(...liked))]
  return best?.fault ?? { ok: true, sheet: best?.sheet ?? { rows: [] } }
}

function decode(bytes: Uint8Array, encoding: Encoding | undefined) {
  const marked =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : undefined
  const tried = marked ? [marked] : encoding ? [encoding] : encodings
  for (const one of tried) {
    const text = decodedAs(one, bytes)
    if (text !== undefined) return { ok: true, text } as const
  }
  return notEncoded(bytes, tried)
}

function decodedAs(encoding: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Names the first row whose bytes are none of the encodings; a line feed is the same byte in both. */
function notEncoded(bytes: Uint8Array, tried: readonly string[]): Unreadable {
  const why = `is not ${tried.join(' or ')}${tried.length === 1 ? '; name another with --encoding' : ': save it as CSV UTF-8'}`
  let row = 1
  for (let from = 0; from < bytes.length; row++) {
    const end = bytes.indexOf(0x0a, from)
    const line = bytes.subarray(from, end < 0 ? bytes.length : end)
    if (tried.every((one) => decodedAs(one, line) === undefined)) return { ok: false, why, row, column: 0 }
    from = end < 0 ? bytes.length : end + 1
  }
  return { ok: false, why }
}

interface Read {
  readonly sheet: Sheet
  /** What ends the sheet too early. */
  readonly fault?: Unreadable
}

function rowsOf(text: string, delimiter: Delimiter): Read {
  const { records, fault } = recordsOf(text, delimiter)
  let line = 1
  const rows = records.map((record, place) => {
    const begin = line
    line += 1 + record.reduce((sum, cell) => sum + (cell.match(lineEnd)?.length ?? 0), 0)
    return { row: place + 1, line: begin, cells: record.slice(0, mostColumns).map((one) => ({ text: one })) }
  })
  return { sheet: { rows }, ...(fault && { fault }) }
}

interface Records {
  readonly records: readonly string[][]
  readonly fault?: Unreadable
}

/** A spreadsheet numbers records, empty ones too, whatever lines their quoted cells take. */
function recordsOf(text: string, delimiter: Delimiter, most: number = mostRows + 1): Records {
  const options = { delimiter, record_delimiter: lineEnds, relax_column_count: true, relax_quotes: true, to: most }
  try {
    const records: string[][] = parse(text, options)
    if (records.length <= mostRows) return { records }
    return { records, fault: { ok: false, why: `has more than ${mostRows} rows: no register list`, row: mostRows + 1 } }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const good = Number(error.records ?? 0)
    const why =
      error.code === 'CSV_QUOTE_NOT_CLOSED' ? 'a quotation mark opens here that nothing closes' : error.message
    const fault: Unreadable = { ok: false, why, row: good + 1, column: Number(error.column ?? 0) }
    return { records: good > 0 && good < most ? recordsOf(text, delimiter, good).records : [], fault }
  }
}
