// A maker's register list as a profile: rows -> addresses -> points -> YAML -> the lint every profile passes.
import { checkProfile } from '../check-profile.ts'
import type { Profile } from '../profile.ts'
import { placeLint, withoutClashes } from './clashes.ts'
import { continues, type DraftPoint, draftPoint } from './draft-point.ts'
import { functionOf, type Served, type Table } from './functions.ts'
import type { Field } from './heading-words.ts'
import { cellOf, type List, type ListRow, listOf } from './list-rows.ts'
import { type Complaints, complaintsOf, type ListProblem } from './problems.ts'
import { type RowReader, rowReader } from './row-reader.ts'
import { type Place, settleAddresses } from './settle-addresses.ts'
import { cellName, placeOf, type Sheet, textOf } from './sheet.ts'
import { sizesOf } from './sizes.ts'
import { writeProfile } from './write-profile.ts'

export interface ImportOptions {
  /** Id of the profile. */
  readonly id: string
  /** File the list comes from, as problems and the source name it. */
  readonly file: string
  /** File the profile will be written to: where its lint looks for it. */
  readonly out: string
  /** Day of the import, 2026-01-31. */
  readonly date: string
  readonly kind: string
  readonly group: string
  /** Number the list gives the first register where it writes plain decimals; undefined: 0, with a warning. */
  readonly base?: 0 | 1
  /** Table of rows that say none. */
  readonly table?: Table
}

/** A profile that lints, as text; or all that is wrong with the list. */
export type Imported =
  | { readonly ok: true; readonly text: string; readonly profile: Profile; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly ListProblem[]; readonly warnings: readonly string[] }

/** More points than this no terminal has. */
const mostPoints = 5000

/** Makes a profile of the list in a sheet. Never throws for what a person wrote. */
export function importList(sheet: Sheet, options: ImportOptions): Imported {
  const complaints = complaintsOf(options.file, sheet.name)
  const warnings: string[] = []
  const warn = (message: string): void => void (warnings.includes(message) || warnings.push(message))
  const failed = (): Imported => ({ ok: false, problems: inOrder(complaints.problems), warnings })
  const list = listOf(sheet)
  if (!list) complaints.of(noHeading, { row: sheet.rows[0]?.row ?? 1, column: 0 })
  else if (list.rows.length === 0) complaints.of('no rows follow the headings', { row: list.heading.row, column: 0 })
  else if (list.rows.length > mostPoints)
    complaints.of(`more than ${mostPoints} points: no list of one terminal`, {
      row: list.rows[mostPoints]?.row.row,
      column: 0,
    })
  if (!list || complaints.problems.length > 0) return failed()
  warnUnused(list, warn)
  const points = pointsOf(list, options, complaints, warn)
  const taken = withoutClashes(points, complaints)
  if (points.length === 0 && complaints.problems.length === 0)
    complaints.of('no row is a point that can be read', { row: list.heading.row, column: 0 })
  if (!points.some((point) => point.ranged))
    warn('the list gives no ranges: nothing will be judged out of range but what its type cannot hold')
  const text = writeProfile(headOf(sheet, options), taken, commentsOf(sheet, options, warnings))
  const checked = taken.length > 0 ? checkProfile(text, options.out) : undefined
  if (checked && !checked.ok) placeLint(checked.problems, taken, complaints)
  if (!checked?.ok || complaints.problems.length > 0) return failed()
  return { ok: true, text, profile: checked.value, warnings }
}

const noHeading =
  'no row of the first 30 names columns: one must hold an address (address, 地址) and a name or a type (name, 名称, type, 数据类型)'

function warnUnused({ heading, titles }: List, warn: (message: string) => void): void {
  const unused = heading.unused.map(({ heading: name, place }) => `${cellName(heading.row, place)} ${name}`)
  if (unused.length > 0) warn(`columns left out: ${unused.join(', ')}`)
  for (const { row, text } of titles) warn(`row ${row} has no address and is left out: ${text.slice(0, 60)}`)
}

type DraftedPoint = DraftPoint & { readonly ranged: boolean }

function pointsOf(
  list: List,
  { base, table: usual }: ImportOptions,
  complaints: Complaints,
  warn: (message: string) => void,
): DraftedPoint[] {
  const readers = new Map(list.rows.map((row) => [row, rowReader(row, complaints, warn)]))
  const served = new Map(list.rows.map((row) => [row, readers.get(row)?.read('function', functionOf)]))
  const tables = new Map([...served].flatMap(([row, one]) => (one ? [[row, one.table] as const] : [])))
  const places = settleAddresses(list.rows, tables, { base, complaints, warn })
  const missing = missingColumns(list, [...places.values()], usual, complaints)
  const sizes = sizesOf(list.rows)
  const points: DraftedPoint[] = []
  for (const [row, reader] of readers) {
    const place = places.get(row)
    if (place && continues(row, place.address, points.at(-1))) continue
    const facts = { row, place, served: served.get(row), reader, usual, told: missing.has('function') }
    const table = place && tableOf({ ...facts, place })
    // A row without a place is read all the same: everything wrong with it is told at once.
    const drafted = draftPoint(
      { ...facts, place: place ?? { address: 0 }, table: table ?? 'holding', told: missing, sizes },
      reader,
    )
    if (drafted.kind === 'left out') warn(`row ${row.row.row} is left out: ${drafted.why}`)
    if (drafted.kind === 'point' && place && table && missing.size === 0)
      points.push({ ...drafted.point, ranged: textOf(cellOf(row, 'range')?.cell) !== '' })
  }
  return points
}

/** Columns every row would miss are told once, at the headings. */
function missingColumns(
  { heading, rows }: List,
  places: readonly Place[],
  usual: Table | undefined,
  complaints: Complaints,
): ReadonlySet<Field> {
  const has = (field: Field): boolean => rows.some((row) => cellOf(row, field))
  const missing = new Set<Field>()
  const tell = (field: Field, message: string): void => {
    missing.add(field)
    complaints.of(message, { row: heading.row, column: 0 })
  }
  const tabled = usual !== undefined || places.some((place) => place.table) || rows.some((row) => row.table)
  if (!has('function') && !tabled)
    tell('function', 'no column says the function code: add one, or give --function holding, input, coil or discrete')
  const bits = usual === 'coil' || usual === 'discrete' || has('function') || tabled
  if (!has('type') && !bits) tell('type', 'no column says the type: add one with int16, uint16, float32')
  if (!has('name') && !has('id')) tell('name', 'no column names the points: add one headed name or 名称')
  return missing
}

interface TableFacts {
  readonly row: ListRow
  readonly place: Place
  readonly served: Served | undefined
  readonly reader: RowReader
  readonly usual: Table | undefined
  /** It was told at the headings. */
  readonly told: boolean
}

/** The function code says it, else the number of the register, else the title above, else the command line. */
function tableOf({ row, place, served, reader, usual, told }: TableFacts): Table | undefined {
  const table = served?.table ?? place.table ?? row.table ?? usual
  const wrongCode = !served && textOf(cellOf(row, 'function')?.cell) !== ''
  if (!table && !told && !wrongCode)
    reader.wrong('function', 'no function code; write 3 (holding) or 4 (input), or give --function')
  return table
}

const headOf = (sheet: Sheet, { id, kind, group, file }: ImportOptions) => {
  const name = (file.split(/[/\\]/).at(-1) ?? file).replace(/\.[^.]*$/, '')
  return {
    id,
    kind,
    group,
    name,
    source: `register list ${file.split(/[/\\]/).at(-1)}${sheet.name === undefined ? '' : `, sheet ${sheet.name}`}`,
  }
}

const commentsOf = (sheet: Sheet, { file, date }: ImportOptions, warnings: readonly string[]): string[] => [
  `Imported by civitals profile import from ${file}${sheet.name === undefined ? '' : `, sheet ${sheet.name}`} on ${date}.`,
  'Check kind, group, classes and ranges; keep the lines of the list in source.md beside it, and it counts as verified.',
  ...warnings.map((warning) => `warning: ${warning}`),
]

/** From top to bottom, each once. */
function inOrder(problems: readonly ListProblem[]): ListProblem[] {
  const unique = new Map(problems.map((problem) => [`${problem.cell} ${problem.message}`, problem]))
  const column = ({ cell = '' }: ListProblem): number => placeOf(cell)?.column ?? 0
  return [...unique.values()].sort((a, b) => (a.row ?? 0) - (b.row ?? 0) || column(a) - column(b))
}
