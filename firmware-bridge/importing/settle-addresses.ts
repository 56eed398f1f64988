// Which register each row means: hexadecimal, Modicon's numbers or plain ones, in one column or in several that must agree.
import { addressesOf, notationOf, type WrittenAddress } from './addresses.ts'
import type { Table } from './functions.ts'
import { columnsOf, type ListRow } from './list-rows.ts'
import type { Complaints } from './problems.ts'
import { cellName, textOf } from './sheet.ts'

/** Where a row stands on the wire. */
export interface Place {
  /** From 0. */
  readonly address: number
  /** Where its number says so. */
  readonly table?: Table
  readonly count?: number
  readonly bit?: number
}

/** One address of one row, as it is written. */
interface Written {
  readonly row: ListRow
  /** From 0. */
  readonly column: number
  readonly address: WrittenAddress
  /** What the function code of the row says. */
  readonly table: Table | undefined
}

type PlainNumber = Written & { readonly address: Extract<WrittenAddress, { kind: 'number' }> }

export interface SettleOptions {
  /** Number the list gives the first register; undefined: it is not known. */
  readonly base: 0 | 1 | undefined
  readonly complaints: Complaints
  warn(message: string): void
}

/** The place of every row that has one; what is wrong with the others is told. `tables`: of the rows' function codes. */
export function settleAddresses(
  rows: readonly ListRow[],
  tables: ReadonlyMap<ListRow, Table>,
  options: SettleOptions,
): ReadonlyMap<ListRow, Place> {
  const written = rows.flatMap((row) => writtenIn(row, tables.get(row), options.complaints))
  const places = new Map<ListRow, Place>()
  const columns = Map.groupBy(written, ({ column }) => column)
  const ways = new Map([...columns].map(([column, all]) => [column, wayOf(all, written, options)]))
  for (const [row, all] of Map.groupBy(written, (one) => one.row)) {
    const place = settleRow(row, all, ways, options.complaints)
    if (place) places.set(row, place)
  }
  return places
}

function writtenIn(row: ListRow, table: Table | undefined, complaints: Complaints): Written[] {
  const filled = columnsOf(row.heading, 'address').filter(
    ({ place }) => row.row.cells[place]?.fault || textOf(row.row.cells[place]) !== '',
  )
  if (filled.length === 0)
    complaints.at({ row: row.row, column: columnsOf(row.heading, 'address')[0]?.place ?? 0 }, 'no address')
  const written: Written[] = []
  for (const { place: column, hint } of filled) {
    const cell = row.row.cells[column]
    const said = cell?.fault ? { ok: false as const, why: cell.fault } : addressesOf(textOf(cell), notationOf(hint))
    const cut = cell?.numeric && /\.1$/.test(textOf(cell))
    if (cut)
      complaints.at(
        { row: row.row, column },
        'may be bit 1 or bit 10: spreadsheets drop the zero; format the cell as text',
      )
    else if (!said.ok) complaints.at({ row: row.row, column }, said.why)
    else written.push(...said.value.map((address) => ({ row, column, address, table })))
  }
  // A row with a wrong address has none: the right one beside it is not enough.
  return new Set(written.map(({ column }) => column)).size === filled.length ? written : []
}

/** How the decimal numbers of a column are meant. */
type Way =
  | { readonly kind: 'modicon' }
  | { readonly kind: 'plain'; readonly base: 0 | 1 }
  /** Some numbers are Modicon's and some cannot be; `model` is one of the former. */
  | { readonly kind: 'mixed'; readonly model: Written }

function wayOf(column: readonly Written[], all: readonly Written[], { base, warn }: SettleOptions): Way {
  const numbers = column.filter((one): one is PlainNumber => one.address.kind === 'number')
  const agreeing = numbers.filter(agrees)
  const against = numbers.filter((one) => !agrees(one) && !maybeCoil(one))
  const [model] = agreeing
  if (model && against.length === 0) return { kind: 'modicon' }
  if (model && base === undefined) return { kind: 'mixed', model }
  if (base !== undefined || numbers.length === 0) return { kind: 'plain', base: base ?? 0 }
  const inferred = baseBeside(numbers, all)
  if (inferred === undefined)
    warn(
      `addresses are taken as decimal, counted from 0 (${at(numbers[0])} is ${numbers[0]?.address.number}); --base 1 if the list counts from 1`,
    )
  return { kind: 'plain', base: inferred ?? 0 }
}

const agrees = ({ address, table }: PlainNumber): boolean =>
  address.maybe !== undefined && (table === undefined || table === address.maybe.table)

/** Modicon's numbers of coils have no leading digit once a spreadsheet took their zeros. */
const maybeCoil = ({ address, table }: PlainNumber): boolean =>
  table === 'coil' && address.maybe === undefined && address.number > 0

const at = (one: Written | undefined): string => (one ? cellName(one.row.row.row, one.column) : '')

/** The base under which the numbers agree with the addresses beside them; undefined: nothing stands beside them, or neither fits. */
function baseBeside(numbers: readonly PlainNumber[], all: readonly Written[]): 0 | 1 | undefined {
  const known = new Map(
    all.flatMap(({ row, address }) => (address.kind === 'number' ? [] : [[row, address.at] as const])),
  )
  const differences = new Set(
    numbers.flatMap(({ row, address }) => (known.has(row) ? [address.number - (known.get(row) ?? 0)] : [])),
  )
  const [only] = differences
  return differences.size === 1 && (only === 0 || only === 1) ? only : undefined
}

function settleRow(
  row: ListRow,
  all: readonly Written[],
  ways: ReadonlyMap<number, Way>,
  complaints: Complaints,
): Place | undefined {
  const places: { readonly place: Place; readonly column: number }[] = []
  for (const one of all) {
    const place = placeOf(one, ways.get(one.column) ?? { kind: 'plain', base: 0 })
    if (typeof place === 'string') {
      complaints.at({ row: row.row, column: one.column }, place)
      return undefined
    }
    places.push({ place, column: one.column })
  }
  const [first] = places
  if (!first) return undefined
  const other = places.find(({ place }) => !agree(place, first.place))
  if (other) {
    const [here, there] = [printed(other.place), printed(first.place)]
    complaints.at(
      { row: row.row, column: other.column },
      `is ${here}, but ${cellName(row.row.row, first.column)} is ${there}`,
    )
    return undefined
  }
  return Object.assign({}, ...places.map(({ place }) => place))
}

const agree = (a: Place, b: Place): boolean =>
  a.address === b.address &&
  (['table', 'count', 'bit'] as const).every((key) => a[key] === undefined || b[key] === undefined || a[key] === b[key])

const printed = ({ table, address, bit }: Place): string =>
  `${table ? `${table} ` : 'address '}${address}${bit === undefined ? '' : ` bit ${bit}`}`

/** Text: what is wrong. */
function placeOf({ address, table, row, column }: Written, way: Way): Place | string {
  const span = {
    ...(address.count !== undefined && { count: address.count }),
    ...(address.bit !== undefined && { bit: address.bit }),
  }
  if (address.kind === 'wire') return { address: address.at, ...span }
  if (address.kind === 'reference')
    return table === undefined || table === address.table
      ? { address: address.at, table: address.table, ...span }
      : `is ${address.table} ${address.at}, but the function code reads ${table}`
  const { number, maybe } = address
  if (way.kind === 'plain') {
    if (number < way.base) return 'is below the first register: the list counts from 1 (--base 1)'
    return number - way.base > 65_535 ? 'is beyond 65535' : { address: number - way.base, ...span }
  }
  if (way.kind === 'mixed' && !agrees({ address, table, row, column }))
    return notLike(number, maybe?.table, table, way.model)
  if (maybe) return { address: maybe.at, table: maybe.table, ...span }
  return { address: number - 1, table: 'coil', ...span }
}

function notLike(number: number, maybe: Table | undefined, table: Table | undefined, model: Written): string {
  const said = maybe
    ? `is a number of ${maybe}, but the function code reads ${table}`
    : `is no Modicon number as ${at(model)} is one`
  return `${said}; write 0x${number.toString(16).toUpperCase()}, or give --base 0 or 1 if all are plain addresses`
}
