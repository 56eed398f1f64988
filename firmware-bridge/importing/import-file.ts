import { type Encoding, readCsv } from './csv.ts'
import { likeness } from './headings.ts'
import { type Imported, type ImportOptions, importList } from './import-list.ts'
import { complaintsOf } from './problems.ts'
import type { Sheet, Unreadable } from './sheet.ts'
import { isWorkbook, openWorkbook, type Workbook } from './workbook.ts'

export interface FileOptions extends ImportOptions {
  /** Of a workbook; undefined: the one that holds a register list. */
  readonly sheet?: string
  /** Of a CSV file; undefined: UTF-8, or GB 18030 where it is not. */
  readonly encoding?: Encoding
}

/** Larger files are no register list. */
export const mostFileBytes = 20e6

/**
 * Makes a profile of the bytes of a maker's register list, CSV or .xlsx. All problems are told at once, each with sheet and cell; the text it
 * returns passes the lint of shipped profiles. Never throws for what the file holds.
 */
export function importFile(bytes: Uint8Array, options: FileOptions): Imported {
  const chosen = sheetIn(bytes, options)
  if (chosen.ok) return importList(chosen.sheet, options)
  const complaints = complaintsOf(options.file, chosen.name)
  complaints.of(chosen.why, chosen)
  return { ok: false, problems: complaints.problems, warnings: [] }
}

type Chosen = { readonly ok: true; readonly sheet: Sheet } | (Unreadable & { readonly name?: string })

function sheetIn(bytes: Uint8Array, { sheet, encoding }: FileOptions): Chosen {
  if (bytes.length > mostFileBytes) return { ok: false, why: `is larger than ${mostFileBytes / 1e6} MB` }
  if (!isWorkbook(bytes)) {
    return sheet === undefined
      ? readCsv(bytes, encoding, likeness)
      : { ok: false, why: 'is no workbook: leave --sheet out' }
  }
  const book = openWorkbook(bytes)
  if (!book.ok) return book
  return sheet === undefined ? onlyList(book) : sheetNamed(book, sheet)
}

function sheetNamed({ sheets }: Workbook, name: string): Chosen {
  const found = sheets.find((one) => one.name === name)
  if (found) {
    const read = found.read()
    return read.ok ? read : { ...read, name }
  }
  const names = sheets.map((one) => one.name)
  return { ok: false, why: `has no sheet ${name}; it has ${names.join(', ')}` }
}

/** The one sheet that holds a list; hidden ones hold none. */
function onlyList({ sheets }: Workbook): Chosen {
  const read = sheets.filter(({ hidden }) => !hidden).map((one) => ({ name: one.name, ...one.read() }))
  const lists = read.flatMap((one) => (one.ok && likeness(one.sheet) > 0 ? [one] : []))
  const [first, second] = lists
  if (first && !second) return first
  if (first)
    return {
      ok: false,
      why: `has several register lists; choose with --sheet: ${lists.map(({ name }) => name).join(', ')}`,
    }
  const broken = read.find((one) => !one.ok)
  if (broken && !broken.ok) return broken
  const [sheet] = read.flatMap((one) => (one.ok ? [one.sheet] : []))
  // The importer says what a heading must hold.
  return sheet ? { ok: true, sheet } : { ok: false, why: 'has no sheet that is not hidden' }
}
