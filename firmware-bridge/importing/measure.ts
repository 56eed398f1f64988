// What the numbers of a row are: a quantity with its unit, scale and range, or an enumeration.
import type { ReadSpec } from '../profile.ts'
import type { DraftPoint } from './draft-point.ts'
import { type Made, madeOf, readMaking } from './making.ts'
import { type Labels, labelsOf, type Range } from './numbers.ts'
import type { NamedPoint } from './point-names.ts'
import type { RowReader } from './row-reader.ts'
import { type NamedUnit, unitOf } from './unit-names.ts'
import { saysNothing } from './words.ts'

export type Measured = Pick<DraftPoint, 'unit' | 'resolution' | 'range' | 'read' | 'labels'>

/** Tells what is wrong with the cells of a row whose type or name is not known. */
export function checkMeasures(reader: RowReader, names: string): void {
  reader.read('unit', (text) => unitOf(text, names))
  readMaking(labelsOf(reader.text('range')).length > 0 ? without(reader, 'range') : reader)
}

/** Unit, scale and range, or what the numbers mean where they are no quantity. */
export function measure(reader: RowReader, named: NamedPoint, names: string, spec: ReadSpec): Measured {
  const labels = labelsIn(reader)
  const said = reader.read('unit', (text) => unitOf(text, names))
  const bare = said === undefined || said.unit === 'none'
  if (spec.type === 'bit') {
    if (!bare && said?.unit !== 'onoff') reader.wrong('unit', 'is none of a bit, which is on or off')
    return { unit: 'onoff', resolution: 1, range: [0, 1], read: spec, labels }
  }
  const unit: NamedUnit =
    said && !bare
      ? said
      : { unit: named.quantity?.bare ?? 'none', factor: 1, ...(said?.step !== undefined && { step: said.step }) }
  const rangeLabels = labelsOf(reader.text('range')).length > 0
  const made = madeOf(rangeLabels ? without(reader, 'range') : reader, spec.type, unit)
  const stated =
    made.scale === 1 &&
    made.offset === 0 &&
    !spec.type.startsWith('f') &&
    (bare || unit.unit === 'onoff' || unit.unit === 'count')
  if (labels.length > 0 && stated) return enumeration(reader, labels, unit, spec, made)
  if (labels.length > 0)
    reader.note(`the meanings of numbers in its remark are left out: it is a quantity in ${unit.unit}`)
  if (saysNothing(reader.text('unit')) && named.quantity && named.quantity.bare === undefined && labels.length === 0)
    reader.note(`${named.id} has no unit`)
  const { scale, offset, resolution, range } = made
  const making = { ...(scale !== 1 && { scale }), ...(offset !== 0 && { offset }) }
  return { unit: unit.unit, resolution, range, read: { ...spec, ...making }, labels: [] }
}

const without = (reader: RowReader, hidden: string): RowReader => ({
  ...reader,
  get failed() {
    return reader.failed
  },
  read: (field, parse) => (field === hidden ? undefined : reader.read(field, parse)),
})

/** Meanings stand in remarks, or where the range would. */
function labelsIn(reader: RowReader): Labels {
  const inRemark = labelsOf(reader.text('remark'))
  return inRemark.length > 0 ? inRemark : labelsOf(reader.text('range'))
}

/** Raw numbers are the values, and any other is out of range, unless the list gives a range beyond those it explains. */
function enumeration(reader: RowReader, labels: Labels, unit: NamedUnit, spec: ReadSpec, made: Made): Measured {
  const raws = labels.map(([raw]) => raw)
  const range: Range = [Math.min(...raws), Math.max(...raws)]
  const said = labelsOf(reader.text('range')).length > 0 || saysNothing(reader.text('range')) ? range : made.range
  if (said[0] < range[0] || said[1] > range[1])
    return { unit: unit.unit, resolution: 1, range: said, read: spec, labels }
  const values = Object.fromEntries(raws.map((raw) => [String(raw), raw]))
  const onOff = raws.every((raw) => raw === 0 || raw === 1)
  return { unit: onOff ? 'onoff' : unit.unit, resolution: 1, range, read: { ...spec, values }, labels }
}
