import type { Field } from './heading-words.ts'
import { cellOf, type ListRow } from './list-rows.ts'
import type { Complaints } from './problems.ts'
import { textOf } from './sheet.ts'
import type { Parsed } from './words.ts'

/** Longest text a cell of a register list has; remarks are cut there. */
const longest = 300

/** Reads the cells of one row; what is wrong with one is told at its place. */
export interface RowReader {
  /** Text of a field; '' where it is empty, and where it cannot be trusted, which is told. */
  text(field: Field): string
  has(field: Field): boolean
  /** What a field means; undefined where it is empty, or wrong, which is told. */
  read<T>(field: Field, parse: (text: string, hint: string) => Parsed<T>): T | undefined
  /** Something is wrong with a field, or with the row where it has none. */
  wrong(field: Field, message: string): void
  note(message: string): void
  /** Whether anything was wrong so far. */
  readonly failed: boolean
}

export function rowReader(row: ListRow, complaints: Complaints, warn: (message: string) => void): RowReader {
  let failed = false
  const told = new Set<Field>()
  const wrong = (field: Field, message: string): void => {
    failed = true
    const place = cellOf(row, field) ?? cellOf(row, 'name') ?? cellOf(row, 'address')
    complaints.at(place ?? { row: row.row }, message)
  }
  const text = (field: Field): string => {
    const found = cellOf(row, field)
    const written = textOf(found?.cell)
    const why =
      found?.cell?.fault ??
      (written.length > longest && field !== 'remark' ? `has more than ${longest} characters` : undefined)
    if (why === undefined) return written.slice(0, longest)
    if (!told.has(field)) wrong(field, why)
    told.add(field)
    return ''
  }
  const note = (message: string): void => warn(`row ${row.row.row}: ${message}`)
  return {
    text,
    has: (field) => cellOf(row, field) !== undefined,
    read(field, parse) {
      const written = text(field)
      if (written === '') return undefined
      const parsed = parse(written, cellOf(row, field)?.hint ?? '')
      if (!parsed.ok) {
        wrong(field, parsed.why)
        return undefined
      }
      if (parsed.note !== undefined) note(parsed.note)
      return parsed.value
    },
    wrong,
    note,
    get failed() {
      return failed
    },
  }
}
