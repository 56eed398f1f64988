/** What one cell of a list shows, and where it stands. */
export interface Cell {
  readonly text: string
  /** It holds no text that can be trusted: a formula nobody computed, `#REF!`, a date. */
  readonly fault?: string
  /** It shows what a merged cell above it says. */
  readonly merged?: true
  /** A number to the spreadsheet, so that zeros at its end are lost: 40001.10 reads 40001.1. */
  readonly numeric?: true
}

/** One row of a list, numbered as a spreadsheet shows it, from 1. */
export interface SheetRow {
  readonly row: number
  /** Line of the file the row begins in, from 1; only of CSV. */
  readonly line?: number
  /** By column from 0; a hole is an empty cell. */
  readonly cells: readonly (Cell | undefined)[]
}

/** A table as it was read; empty rows may be left out. */
export interface Sheet {
  /** Of a workbook. */
  readonly name?: string
  readonly rows: readonly SheetRow[]
}

/** Why a file, or one place in it, cannot be read. */
export interface Unreadable {
  readonly ok: false
  readonly why: string
  readonly row?: number
  /** From 0. */
  readonly column?: number
}

export type ReadSheet = { readonly ok: true; readonly sheet: Sheet } | Unreadable

/** A register list is no more than this; what is larger is another kind of file. */
export const mostRows = 20_000
export const mostColumns = 256

/** Text of a cell without what spreadsheets put around it; '' where there is none. */
export const textOf = (cell: Cell | undefined): string => cell?.text.trim() ?? ''

/** `C14` for row 14 and column 2. */
export const cellName = (row: number, column: number): string => `${columnName(column)}${row}`

/** A, B, ... Z, AA, ... of a column counted from 0. */
export function columnName(column: number): string {
  const letter = String.fromCharCode(65 + (column % 26))
  return column < 26 ? letter : columnName(Math.floor(column / 26) - 1) + letter
}

/** Row from 1 and column from 0 of `C14`; undefined when it is none. */
export function placeOf(name: string): { readonly row: number; readonly column: number } | undefined {
  const [, letters, digits] = /^\$?([A-Z]{1,3})\$?(\d{1,7})$/.exec(name) ?? []
  if (letters === undefined || digits === undefined || Number(digits) === 0) return undefined
  const column = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
  return { row: Number(digits), column }
}
