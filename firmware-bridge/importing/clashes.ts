// What is wrong between rows, and what only the lint of the whole profile finds, each at its cell.
import { type Problem, printProblem } from '@civitals/contracts/document'
import { overlaps } from '../read-lint.ts'
import type { DraftPoint } from './draft-point.ts'
import type { Field } from './heading-words.ts'
import { cellOf } from './list-rows.ts'
import type { Complaints } from './problems.ts'
import { textOf } from './sheet.ts'

/** Points without those whose id or registers another has already. */
export function withoutClashes<P extends DraftPoint>(points: readonly P[], complaints: Complaints): P[] {
  const taken: P[] = []
  const ids = new Map<string, P>()
  for (const point of points) {
    const same = ids.get(point.id)
    const over = taken.find((one) => overlaps(one.read, point.read))
    const at = (field: Field) => cellOf(point.row, field) ?? { row: point.row.row }
    if (same)
      complaints.at(
        cellOf(point.row, 'id') ? at('id') : at('name'),
        `is ${point.id}, as in row ${same.row.row.row}: tell them apart in a column "id"`,
      )
    if (over)
      complaints.at(
        at('address'),
        `overlaps ${over.id} in row ${over.row.row.row} (${over.read.function} ${over.read.address}, ${over.read.type})`,
      )
    ids.set(point.id, same ?? point)
    if (!same && !over) taken.push(point)
  }
  return taken
}

/** Keys of a point, and the columns that may be at fault for them. */
const fieldsOf: Readonly<Record<string, readonly Field[]>> = {
  id: ['id', 'name'],
  name: ['name'],
  unit: ['unit'],
  resolution: ['step', 'decimals', 'scale'],
  range: ['range'],
  class: ['class', 'type'],
  'read.function': ['function'],
  'read.address': ['address'],
  'read.type': ['type'],
  'read.order': ['order', 'type'],
  'read.bit': ['bit', 'address'],
  'read.length': ['length', 'bytes', 'size'],
  'read.scale': ['scale', 'multiplier', 'divisor', 'decimals', 'unit'],
  'read.offset': ['offset', 'scale'],
  'read.values': ['remark', 'range'],
}

/** What only the lint finds, at the cell it comes from. */
export function placeLint(problems: readonly Problem[], points: readonly DraftPoint[], complaints: Complaints): void {
  for (const problem of problems) {
    const [, index, path = ''] = /^points\.(\d+)\.?(.*)$/.exec(problem.path) ?? []
    const point = index === undefined ? undefined : points[Number(index)]
    if (!point) {
      complaints.of(`the profile would not load: ${printProblem(problem)}`)
      continue
    }
    const key = Object.keys(fieldsOf).find((one) => path === one || path.startsWith(`${one}.`))
    const fields = [...(key ? (fieldsOf[key] ?? []) : []), 'address'] as const
    const place = fields.map((field) => cellOf(point.row, field)).find((one) => textOf(one?.cell) !== '')
    complaints.at(place ?? { row: point.row.row }, `${path}: ${problem.message}`)
  }
}
