// The rows of a sheet that stand for points.
import { addressesOf, notationOf } from './addresses.ts'
import { type Table, tableNamed } from './functions.ts'
import type { Field } from './heading-words.ts'
import { type Column, findHeading, type Heading, headingOf } from './headings.ts'
import type { ListPlace } from './problems.ts'
import { type Cell, type Sheet, type SheetRow, textOf } from './sheet.ts'

/** A row, and what its columns are. */
export interface ListRow {
  readonly row: SheetRow
  readonly heading: Heading
  /** Table that a title above names: "Input registers". */
  readonly table?: Table
}

export interface List {
  readonly heading: Heading
  readonly rows: readonly ListRow[]
  /** Rows without an address, which were taken for titles and notes. */
  readonly titles: readonly { readonly row: number; readonly text: string }[]
}

/** The list in a sheet: headings may come again further down, with other columns. Undefined: it holds none. */
export function listOf(sheet: Sheet): List | undefined {
  const first = findHeading(sheet)
  if (!first) return undefined
  const rows: ListRow[] = []
  const titles: { readonly row: number; readonly text: string }[] = []
  let heading = first
  let table: Table | undefined = tableAbove(sheet, first)
  for (const row of sheet.rows) {
    if (row.row <= first.row || row.cells.every((cell) => textOf(cell) === '' && !cell?.fault)) continue
    const again = headingOf(row)
    if (again) heading = again
    else if (isTitle(row, heading)) {
      const text = row.cells
        .map(textOf)
        .filter((one) => one !== '')
        .join(' ')
      titles.push({ row: row.row, text })
      table = tableNamed(text) ?? table
    } else rows.push({ row, heading, ...(table && { table }) })
  }
  return { heading: first, rows, titles }
}

/** The title right above the headings. */
function tableAbove({ rows }: Sheet, heading: Heading): Table | undefined {
  const above = rows.filter(({ row }) => row < heading.row).at(-1)
  return above && tableNamed(above.cells.map(textOf).join(' '))
}

/** A row that holds no address and no type, or one cell alone that is none. */
function isTitle({ cells }: SheetRow, heading: Heading): boolean {
  const filled = cells.filter((cell) => cell && !cell.merged && (cell.text.trim() !== '' || cell.fault))
  const addresses = columnsOf(heading, 'address')
  const lone = filled.length === 1 && !filled[0]?.fault
  const among = (fields: readonly Field[]): boolean =>
    heading.columns.some(
      ({ field, place }) => fields.includes(field) && (textOf(cells[place]) !== '' || cells[place]?.fault),
    )
  if (!among(['address'])) return lone || !among(['type', 'function', 'length', 'size', 'scale', 'unit'])
  return lone && addresses.every(({ place, hint }) => !addressesOf(textOf(cells[place]), notationOf(hint)).ok)
}

export const columnsOf = ({ columns }: Heading, field: Field): readonly Column[] =>
  columns.filter((column) => column.field === field)

/** The cell of a field, and where it stands; undefined where the list has no such column. */
export function cellOf(
  { row, heading }: ListRow,
  field: Field,
): (ListPlace & { readonly cell: Cell | undefined; readonly hint: string }) | undefined {
  const [column] = columnsOf(heading, field)
  return column && { row, column: column.place, cell: row.cells[column.place], hint: column.hint }
}
