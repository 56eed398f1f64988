// One row of a list as a point of a profile.
import type { UnitId } from '@civitals/contracts/units'
import type { ReadSpec } from '../profile.ts'
import { type RegisterType, registerCount } from '../registers.ts'
import { type Access, accessOf, type Served, type Table } from './functions.ts'
import type { Field } from './heading-words.ts'
import { columnsOf, type ListRow } from './list-rows.ts'
import { checkMeasures, measure } from './measure.ts'
import type { Labels, Range } from './numbers.ts'
import { type NamedPoint, pointOf } from './point-names.ts'
import type { RowReader } from './row-reader.ts'
import type { Place } from './settle-addresses.ts'
import { textOf } from './sheet.ts'
import { type Sizes, unclearSize } from './sizes.ts'
import { type Order, orderOf, registersOf, registerType, typeOf, type WrittenType, wireOrder } from './type-words.ts'
import { type Parsed, plain, refused, saysNothing, taken } from './words.ts'

export type PointClass = 'alarm' | 'normal' | 'bulk' | 'identity'

/** A point before it is written, and the row it comes from. */
export interface DraftPoint extends Pick<NamedPoint, 'id' | 'name'> {
  readonly row: ListRow
  readonly class: PointClass
  readonly unit: UnitId
  readonly resolution: number
  readonly range: Range
  readonly read: ReadSpec
  /** What its numbers mean, as the list says. */
  readonly labels: Labels
  /** Table the list lets it be written to. */
  readonly writable?: 'coil' | 'holding'
}

/** What was found out of a row before. */
export interface RowFacts {
  readonly row: ListRow
  readonly place: Place
  readonly table: Table
  readonly served: Served | undefined
  /** Columns the list lacks, which was told. */
  readonly told: ReadonlySet<Field>
  /** What its column of sizes counts; undefined: nothing tells. */
  readonly sizes: Sizes | undefined
}

/** `left out` with a reason: it cannot be read at all. */
export type Drafted =
  | { readonly kind: 'point'; readonly point: DraftPoint }
  | { readonly kind: 'left out'; readonly why: string }
  | { readonly kind: 'wrong' }

/** The point of a row; what is wrong with its cells is told by the reader. */
export function draftPoint(facts: RowFacts, reader: RowReader): Drafted {
  const { row, table, served, told } = facts
  const names = columnsOf(row.heading, 'name').map(({ place: column }) => textOf(row.row.cells[column]))
  if (
    names.some((name) =>
      /^(?:保留|预留|备用|reserved?|spare|n\/?a|not used|unused|未使用)(?:[\s\d(（].*)?$/i.test(name),
    )
  )
    return { kind: 'left out', why: 'reserved' }
  const access = reader.read('access', accessOf)
  if (served?.writeOnly || access?.read === false) return { kind: 'left out', why: 'it can be written, not read' }
  const named = told.has('name') ? undefined : namedPoint(reader, names)
  const spec = specOf(reader, facts)
  const pointClass = reader.read('class', classOf)
  if (!named || !spec) {
    checkMeasures(reader, names.join(' '))
    return { kind: 'wrong' }
  }
  const writable = writableTo(table, served, access, spec)
  const common = { row, id: named.id, name: named.name, ...(writable && { writable }) }
  if (spec.type === 'string') return finished(reader, { ...common, ...stringPoint, read: spec })
  const measured = measure(reader, named, names.join(' '), spec)
  const usual = writable ? 'bulk' : 'normal'
  return finished(reader, { ...common, ...measured, class: pointClass ?? usual })
}

const finished = (reader: RowReader, point: DraftPoint): Drafted =>
  reader.failed ? { kind: 'wrong' } : { kind: 'point', point }

const stringPoint = { class: 'identity', unit: 'none', resolution: 1, range: [0, 1], labels: [] } as const

const pointClasses = ['alarm', 'normal', 'bulk', 'identity'] as const

function classOf(text: string): Parsed<PointClass | undefined> {
  const found = pointClasses.find((one) => one === plain(text))
  return found || saysNothing(text) ? taken(found) : refused(`is no class; write ${pointClasses.join(', ')}`)
}

function namedPoint(reader: RowReader, names: readonly string[]): NamedPoint | undefined {
  reader.text('name')
  if (
    names.some((name) =>
      /[高低](?:16位|字|位字|半)$|[（( ](?:高|低)(?:位|字)?[)）]?$|(?:high|low)[ _]?(?:word|16)$/i.test(name),
    )
  ) {
    reader.wrong('name', 'is half of a number: make one row of both, with a type of 32 bits')
    return undefined
  }
  const id = reader.text('id')
  const named = pointOf(names, id)
  if (named.ok) return named.value
  reader.wrong(id === '' ? 'name' : 'id', named.why)
  return undefined
}

/** Where the value stands and of which type it is. */
function specOf(reader: RowReader, { place, table, told, sizes }: RowFacts): ReadSpec | undefined {
  const length = lengthOf(reader, place, sizes)
  const ownOrder = reader.read('order', orderOf)
  const bit = reader.read('bit', bitOf) ?? place.bit
  if (place.bit !== undefined && bit !== place.bit) reader.wrong('bit', `is not bit ${place.bit} of the address`)
  const inBits = table === 'coil' || table === 'discrete'
  const word = reader.read('type', typeOf)
  if (word === undefined) {
    const empty = reader.text('type') === '' && !told.has('type')
    if (!inBits && bit === undefined && empty) reader.wrong('type', 'no type; write int16, uint16, float32 or another')
    return inBits || bit !== undefined ? { ...bitSpec(place, table, inBits ? undefined : bit) } : undefined
  }
  if (inBits || (bit !== undefined && word.kind !== 'string')) return bitRow(reader, word, place, table, bit, length)
  if (unclearSize(reader, word, sizes)) return undefined
  return registerSpec(reader, word, place, table, length, ownOrder)
}

const bitSpec = ({ address }: Place, table: Table, bit: number | undefined): ReadSpec => ({
  ...{ function: table, address, type: 'bit' as const },
  ...(bit !== undefined && { bit }),
})

function bitRow(
  reader: RowReader,
  word: WrittenType,
  place: Place,
  table: Table,
  bit: number | undefined,
  length: number | undefined,
): ReadSpec | undefined {
  const inBits = table === 'coil' || table === 'discrete'
  if (inBits && word.kind !== 'bit') reader.wrong('type', `is none of a ${table}, which holds a bit`)
  else if (!inBits && length !== undefined && length > 1)
    reader.wrong('length', 'is more than the one register a bit stands in')
  return bitSpec(place, table, inBits ? undefined : bit)
}

function bitOf(text: string): Parsed<number | undefined> {
  if (saysNothing(text)) return taken(undefined)
  const [, bit] = /^(?:bit|b|位|第)?\s*\.?(\d{1,2})(?:位)?$/.exec(plain(text)) ?? []
  return bit !== undefined && Number(bit) <= 15 ? taken(Number(bit)) : refused('is no bit of a register; write 0 to 15')
}

function lengthOf(reader: RowReader, place: Place, sizes: Sizes | undefined): number | undefined {
  const field = (['length', 'bytes', 'size'] as const).find(
    (one) => reader.text(one) !== '' && !saysNothing(reader.text(one)),
  )
  const length =
    field &&
    reader.read(field, (text) => registersOf(text, field === 'bytes' || (field === 'size' && sizes === 'bytes')))
  if (field && length !== undefined && place.count !== undefined && place.count !== length)
    reader.wrong(field, `is not the ${place.count} registers of the address`)
  return length ?? place.count
}

function registerSpec(
  reader: RowReader,
  word: WrittenType,
  place: Place,
  table: Table,
  length: number | undefined,
  ownOrder: Order | undefined,
): ReadSpec | undefined {
  const type = registerType(word, length)
  if (!type.ok) {
    reader.wrong('type', type.why)
    return undefined
  }
  if (type.value === 'bit') {
    reader.wrong(
      'type',
      'says a bit, but not which of the register: write 40001.0, add a column "bit", or write uint16 for the whole',
    )
    return undefined
  }
  if (word.order && ownOrder && word.order !== ownOrder) reader.wrong('order', `is not ${word.order} as the type says`)
  const order = wireOrder(ownOrder ?? word.order, type.value)
  if (!order.ok) reader.wrong(ownOrder ? 'order' : 'type', order.why)
  return {
    ...{ function: table, address: place.address, type: type.value },
    ...(order.ok && order.value && { order: order.value }),
    ...(type.value === 'string' && { length: length ?? word.registers ?? 1 }),
  }
}

function writableTo(
  table: Table,
  served: Served | undefined,
  access: Access | undefined,
  spec: ReadSpec,
): 'coil' | 'holding' | undefined {
  if (table !== 'coil' && table !== 'holding') return undefined
  const whole = table === 'coil' || (spec.type !== 'bit' && spec.type !== 'string' && !/8$/.test(spec.type))
  return whole && (access?.write ?? served?.writable) ? table : undefined
}

/** Whether a row is a further register of the point above: same merged name and type, or none. */
export function continues(row: ListRow, address: number, above: DraftPoint | undefined): boolean {
  if (
    !above ||
    address <= above.read.address ||
    address >= above.read.address + registerCount(above.read as { type: RegisterType; length?: number })
  )
    return false
  const own = (field: 'name' | 'type'): boolean =>
    columnsOf(row.heading, field).some(
      ({ place }) => textOf(row.row.cells[place]) !== '' && !row.row.cells[place]?.merged,
    )
  return !own('name') && !own('type')
}
