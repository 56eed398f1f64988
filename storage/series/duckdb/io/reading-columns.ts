import type { BucketColumns } from '../../port.ts'
import { rollupMs } from '../bucket-plan.ts'
import { heldIn, readColumnsOf, rolledColumns, type Several } from '../columns-query.ts'
import { dayOf, type Part, type RollupKind } from '../layout.ts'
import { dayLevel } from '../merge-plan.ts'
import type { FileReader } from './columns-thread.ts'
import type { Database } from './database.ts'
import { gather, type NumberedColumns } from './numbered-columns.ts'

/**
 * Buckets of some series over a stretch of one day: from rollups where nothing was written since they were made, from readings
 * elsewhere. `energy`: the series whose energy mean is wanted. `rolled` reads the files of rollups.
 */
export async function readColumns(
  database: Database,
  rolled: FileReader,
  some: Several,
  everyMs: number,
  energy: readonly number[],
): Promise<BucketColumns[]> {
  const { reader, layout, files } = database
  const found: NumberedColumns[] = []
  const known = new Set<number>()
  for (const [part, ids] of await rolledIds(database, some, everyMs)) {
    const sql = (ordered: boolean) => rolledColumns(files.folder, [part], { ...some, ids }, everyMs, energy, ordered)
    const read = await rolled.read({ sql: sql(false), ordered: sql(true), whole: energy.length > 0 })
    if (!read) continue
    found.push(read)
    for (const id of ids) known.add(id)
  }
  const ids = some.ids.filter((id) => !known.has(id))
  const rest =
    ids.length === 0
      ? undefined
      : await gather(reader, readColumnsOf(files.folder, layout.sources(some), { ...some, ids }, everyMs, energy))
  return (rest ? [...found, rest] : found).map(({ ids, ...columns }) => ({
    series: ids.map((id) => {
      const [terminal = '', point = ''] = database.catalogue.series.nameOf(id) ?? []
      return { terminal, point }
    }),
    ...columns,
  }))
}

/** Which rollup answers for which series: of those of which nothing was written since it was made. */
async function rolledIds(
  { reader, layout, files }: Database,
  some: Several,
  everyMs: number,
): Promise<ReadonlyMap<Part, readonly number[]>> {
  const kind = (Object.keys(rollupMs) as RollupKind[]).find((one) => rollupMs[one] === everyMs)
  const day = dayOf(some.from)
  const partOf = (id: number): Part | undefined => kind && layout.rollup(kind, day, id)
  const covered = some.ids.filter((id) => partOf(id) !== undefined)
  if (covered.length === 0) return new Map()
  const { parts, tables } = layout.sources(some)
  const newer = { parts: parts.filter(({ level }) => level < dayLevel), tables }
  const touched = new Set<number>()
  for await (const rows of (await reader.run(heldIn(files.folder, newer, { ...some, ids: covered }))).yieldRows()) {
    for (const [series] of rows) touched.add(Number(series))
  }
  const byPart = new Map<Part, number[]>()
  for (const id of covered) {
    const part = partOf(id)
    if (!part || touched.has(id)) continue
    const ids = byPart.get(part)
    if (ids) ids.push(id)
    else byPart.set(part, [id])
  }
  return byPart
}
