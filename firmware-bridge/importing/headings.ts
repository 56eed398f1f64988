import { type Field, fieldOf } from './heading-words.ts'
import { type Sheet, type SheetRow, textOf } from './sheet.ts'

/** One column of a list. */
export interface Column {
  readonly field: Field
  /** From 0. */
  readonly place: number
  /** As it stands there, without line breaks. */
  readonly heading: string
  /** What the heading says in brackets or beside its word, in small letters: hex, dec, byte. */
  readonly hint: string
}

/** The columns of a list, and the row that names them. */
export interface Heading {
  readonly row: number
  readonly columns: readonly Column[]
  /** Columns nobody knows, and those that say again what another says. */
  readonly unused: readonly Unused[]
}

type Unused = Pick<Column, 'heading' | 'place'>

/** A list begins within so many rows. */
const firstRows = 30

/** The row of a sheet that names its columns; undefined when none of the first rows does. */
export function findHeading({ rows }: Sheet): Heading | undefined {
  const found = rows.filter(({ row }) => row <= firstRows).map(headingOf)
  return found.reduce(
    (best, one) => (one && (!best || one.columns.length > best.columns.length) ? one : best),
    undefined,
  )
}

/** Columns named by a row, when it names those of a register list: an address, and a point's name, id or type. */
export function headingOf({ row, cells }: SheetRow): Heading | undefined {
  const columns: Column[] = []
  const unused: Unused[] = []
  for (let place = 0; place < cells.length; place++) {
    const heading = textOf(cells[place]).replace(/\s+/g, ' ')
    if (heading === '' || cells[place]?.merged) continue
    const column = columnOf(heading, place)
    if (column) columns.push(column)
    else unused.push({ heading, place })
  }
  const settled = settle(columns)
  const has = (field: Field): boolean => settled.some((column) => column.field === field)
  if (!has('address') || !(has('name') || has('id') || has('type'))) return undefined
  const dropped = columns.filter(({ place }) => !settled.some((column) => column.place === place))
  return { row, columns: settled, unused: [...unused, ...dropped].sort((a, b) => a.place - b.place) }
}

const brackets = /[([【〔{（［].*?[)\]】〕}）］]/g

function columnOf(heading: string, place: number): Column | undefined {
  const written = heading.normalize('NFKC').toLowerCase()
  const hint = (written.match(brackets) ?? []).join(' ')
  const outside = written.replace(brackets, ' ')
  const tried: readonly (readonly [word: string, hint: string])[] = [
    [written, hint],
    [outside, hint],
    [outside.replace(notation, ''), written],
    // Both languages in one heading, or two words for one thing.
    ...[/[^\p{Script=Han}]+/gu, /[\p{Script=Han}]+/gu].map((other) => [outside.replace(other, ''), hint] as const),
    ...outside.split('/').map((part) => [part, hint] as const),
  ]
  for (const [word, said] of tried) {
    const field = fieldOf.get(bare(word))
    if (field) return { field: field === 'size' ? sizeOf(said) : field, place, heading, hint: said }
  }
  return undefined
}

const sizeOf = (hint: string): Field =>
  /byte|字节/.test(hint) ? 'bytes' : /reg|word|寄存器|字/.test(hint) ? 'length' : 'size'

/** How numbers are written: what remains is what they are. */
const notation = /hexadecimal|hex|decimal|dec|十六进制|16进制|十进制|10进制|\bin\b|的/g
const bare = (text: string): string => text.replace(/[\s:*_-]+/g, '')

/** Fields several columns may say; of the others the first counts. */
const several: readonly Field[] = ['address', 'name', 'remark', 'number']

/** Words that mean one thing beside some columns and another beside others. */
function settle(columns: readonly Column[]): Column[] {
  const has = (field: Field): boolean => columns.some((column) => column.field === field)
  const settled = columns.map((column): Column => {
    // An offset is where a register stands when nothing else says so; a description is the name when there is no other.
    if (column.field === 'offset' && !has('address') && !has('register')) return { ...column, field: 'address' }
    if (column.field === 'register')
      return { ...column, field: has('address') && !has('name') && !has('id') ? 'name' : 'address' }
    if (column.field === 'remark' && !has('name') && !has('id') && !(has('register') && has('address')))
      return { ...column, field: 'name' }
    return column
  })
  return settled.filter(
    ({ field }, place) => several.includes(field) || settled.findIndex((column) => column.field === field) === place,
  )
}

/** How much of a sheet is a register list: to tell delimiters apart. */
export const likeness = (sheet: Sheet): number => findHeading(sheet)?.columns.length ?? 0
