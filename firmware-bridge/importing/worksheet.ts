// Cells of one sheet [ECMA-376 part 1, 18.3.1].
import { type Cell, mostColumns, mostRows, placeOf, type ReadSheet, type SheetRow } from './sheet.ts'
import { type Attributes, readXml } from './xml.ts'

/** What the cells of all sheets share. */
export interface CellContext {
  readonly strings: readonly string[]
  /** Styles that show a number as a date. */
  readonly dates: ReadonlySet<number>
  /** The program that wrote the workbook left its formulas to be computed when it is opened. */
  readonly recalculated: boolean
}

/** Rows by number, cells by column. */
type Rows = Map<number, (Cell | undefined)[]>

/** A cell as it is being read. */
interface Written {
  readonly row: number
  readonly column: number
  readonly type: string
  readonly style: number
  formula: boolean
  text: string
}

/** Reads the XML of a sheet. Rows without text are left out. Never throws. */
export function readWorksheet(bytes: Uint8Array, context: CellContext): ReadSheet {
  const rows: Rows = new Map()
  const merges: string[] = []
  const whole = readXml(bytes, listener(rows, merges, context))
  if (rows.size > mostRows) return { ok: false, why: `has more than ${mostRows} rows: no register list` }
  if (!whole) return { ok: false, why: 'is damaged: the XML of the sheet is broken' }
  spread(rows, merges)
  const ordered = [...rows].sort(([a], [b]) => a - b)
  return { ok: true, sheet: { rows: ordered.map(([row, cells]): SheetRow => ({ row, cells })) } }
}

function listener(rows: Rows, merges: string[], context: CellContext) {
  let row = 0
  let column = -1
  let cell: Written | undefined
  let counts = false
  let above = false
  return {
    open(name: string, attributes: Attributes): boolean | undefined {
      if (name === 'row') {
        row = wholeOf(attributes.r) ?? row + 1
        column = -1
      } else if (name === 'c') {
        const place = placeOf(attributes.r ?? '') ?? { row, column: column + 1 }
        column = place.column
        cell = { ...place, type: attributes.t ?? 'n', style: wholeOf(attributes.s) ?? 0, formula: false, text: '' }
      } else if (name === 'f' && cell) cell.formula = true
      else if (name === 'rPh') above = true
      else if (name === 'mergeCell') merges.push(attributes.ref ?? '')
      counts = (name === 'v' || name === 't') && !above
      return rows.size <= mostRows
    },
    text(more: string): void {
      if (counts && cell) cell.text += more
    },
    close(name: string): void {
      counts = false
      if (name === 'rPh') above = false
      if (name !== 'c' || !cell) return
      put(rows, cell, context)
      cell = undefined
    },
  }
}

const wholeOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,7}$/.test(text) ? Number(text) : undefined

function put(rows: Rows, written: Written, context: CellContext): void {
  const cell = written.column < mostColumns ? cellOf(written, context) : undefined
  if (!cell) return
  const cells = rows.get(written.row) ?? []
  cells[written.column] = cell
  rows.set(written.row, cells)
}

const uncomputed = 'is a formula nobody computed: open the file in a spreadsheet program and save it there'

function cellOf(
  { type, style, formula, text }: Written,
  { strings, dates, recalculated }: CellContext,
): Cell | undefined {
  // Writers that compute nothing leave the value out, or write 0 and ask for everything to be computed on opening.
  if (formula && type !== 'str' && (text === '' || (recalculated && text === '0')))
    return { text: '', fault: uncomputed }
  if (text === '' && type !== 'inlineStr') return undefined
  switch (type) {
    case 's':
      return { text: unescaped(strings[Number(text)] ?? '') }
    case 'str':
    case 'inlineStr':
      return { text: unescaped(text) }
    case 'b':
      return { text: text === '0' ? 'FALSE' : 'TRUE' }
    case 'e':
      return { text, fault: 'is an error of the spreadsheet, not a value' }
    case 'd':
      return { text, fault: madeDate }
    default:
      return dates.has(style)
        ? { text: dayOf(Number(text)), fault: madeDate }
        : { text: String(Number(text)), numeric: true }
  }
}

/** 1-2 and 1/10 become dates under the hands of a spreadsheet. */
const madeDate = 'is a date, which a spreadsheet makes of 1-2 or 1/10: format the cell as text and type it again'

/** Days since 30 December 1899. */
function dayOf(days: number): string {
  const time = Date.UTC(1899, 11, 30) + days * 86_400_000
  return Math.abs(days) < 1e6 ? new Date(time).toISOString().slice(0, 10) : String(days)
}

/** `_x000D_` stands for a character XML cannot hold [ECMA-376 part 1, 22.9.2.19]. */
const unescaped = (text: string): string =>
  text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))

/** Most cells a merge may be spread to: overlapping merges of a broken file must not take for ever. */
const mostSpread = 500_000

/** Rows below the first of a merged cell say what it says; columns beside it do not: that is how titles are made. */
function spread(rows: Rows, merges: readonly string[]): void {
  let left = mostSpread
  const last = Math.max(0, ...rows.keys())
  for (const merge of merges) {
    const [from, to] = merge.split(':').map(placeOf)
    const cell = from && rows.get(from.row)?.[from.column]
    if (!from || !to || !cell) continue
    for (let row = from.row + 1; row <= Math.min(to.row, last) && left > 0; row++, left--) {
      const cells = rows.get(row)
      if (cells && cells[from.column] === undefined) cells[from.column] = { ...cell, merged: true }
    }
  }
}
