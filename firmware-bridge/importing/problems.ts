import { cellName, type SheetRow, textOf } from './sheet.ts'

/** One thing wrong in a register list, where a person finds it in the spreadsheet. */
export interface ListProblem {
  readonly file: string
  readonly sheet?: string
  /** As the spreadsheet shows them: row from 1, cell `C14`. */
  readonly row?: number
  readonly cell?: string
  /** Line of a CSV file, where it is another than the row. */
  readonly line?: number
  /** Text of the cell. */
  readonly found?: string
  readonly message: string
}

/** `list.xlsx: Map!C14: "flot" is no type; did you mean float?` */
export function printListProblem({ file, sheet, cell, line, found, message }: ListProblem): string {
  const place = cell && sheet !== undefined ? `${quoted(sheet)}!${cell}` : (cell ?? sheet)
  const beside = line === undefined ? '' : ` (line ${line})`
  const text = found === undefined ? '' : `"${shortened(found)}" `
  return `${file}: ${place === undefined ? '' : `${place}${beside}: `}${text}${message}`
}

/** As formulas name a sheet. */
const quoted = (sheet: string): string => (/^[\p{L}\p{N}_]+$/u.test(sheet) ? sheet : `'${sheet.replaceAll("'", "''")}'`)

const shortened = (text: string): string => {
  const plain = text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim()
  return plain.length > 40 ? `${plain.slice(0, 39)}…` : plain
}

/** A place in a list: a row, and the column where one is at fault. */
export interface ListPlace {
  readonly row: SheetRow
  /** From 0. */
  readonly column?: number
}

/** Gathers problems of one sheet. */
export interface Complaints {
  readonly problems: readonly ListProblem[]
  at(place: ListPlace, message: string): void
  /** Of the sheet as a whole, or of a place whose row was not read. */
  of(message: string, place?: { readonly row?: number | undefined; readonly column?: number | undefined }): void
}

export function complaintsOf(file: string, sheet: string | undefined): Complaints {
  const problems: ListProblem[] = []
  const head = { file, ...(sheet !== undefined && { sheet }) }
  return {
    problems,
    at({ row, column }, message) {
      const found = column === undefined ? '' : textOf(row.cells[column])
      problems.push({
        ...{ ...head, row: row.row, cell: cellName(row.row, column ?? 0) },
        ...(row.line !== undefined && row.line !== row.row && { line: row.line }),
        ...(found !== '' && { found }),
        message,
      })
    },
    of(message, { row, column } = {}) {
      problems.push({ ...head, ...(row !== undefined && { row, cell: cellName(row, column ?? 0) }), message })
    },
  }
}
