import type { DuckDBConnection } from '@duckdb/node-api'
import { rollupMs } from '../bucket-plan.ts'
import { dayMs, dayOf, type Exchange, type Part, type RollupKind } from '../layout.ts'
import {
  cutBySeries,
  dayLevel,
  type HourMerge,
  hourRowsPerFile,
  type Merge,
  nextHourMerge,
  nextMerge,
  rowsPerFile,
  type SeriesRows,
} from '../merge-plan.ts'
import { rollupQuery } from '../range-query.ts'
import { expired, expiredParts, type KeptDays, retentionDay } from '../retention.ts'
import { fileList, newestRows, rowsQuery, startOf, tableName } from '../rows-query.ts'
import { findNewest, keepNewest } from '../schema.ts'
import { appendParts } from './appending.ts'
import type { Database } from './database.ts'

export interface CloserOptions {
  readonly kept: KeptDays
  readonly now: () => number
  /** Series whose mean is one of energies, by number. */
  readonly energySeries: () => readonly number[]
  /** Does work while no question is being read: what a reader holds stays until it is done. */
  readonly betweenReads: <T>(work: () => Promise<T>) => Promise<T>
}

/** What one round did. */
export interface Tended {
  readonly closedTables: number
  readonly mergedFiles: number
  readonly expiredFiles: number
}

/** A minute's rollup of a file with fewer readings a minute than this is no smaller than the readings: it is not made. */
const worthwhilePerMinute = 4

/**
 * Turns old open tables into day files, small files of a day into one, and removes files whose time has come. Readings move in one step: the new files are
 * on the disk before one transaction names them and drops what they replace; the old files go after it, between two reads.
 */
export class Closer {
  readonly #database: Database
  readonly #options: CloserOptions
  #stopped = false

  constructor(database: Database, options: CloserOptions) {
    this.#database = database
    this.#options = options
  }

  /** Makes the work under way give up; what it had not finished is done again another time. */
  stop(): void {
    this.#stopped = true
    this.#database.closer.interrupt()
  }

  /** Everything that is due now. Rejects when the engine or the disk fails; nothing is lost then, and it may be called again. */
  async tend(): Promise<Tended> {
    let [closedTables, mergedFiles] = [0, 0]
    for (let table = this.#oldTable(); table !== undefined && !this.#stopped; table = this.#oldTable()) {
      await this.#close(table)
      closedTables++
    }
    const expiredFiles = await this.#expire()
    for (let merge = this.#due(); merge !== undefined && !this.#stopped; merge = this.#due()) {
      await this.#merge(merge)
      mergedFiles += merge.parts.length
    }
    for (let merge = this.#dueHours(); merge !== undefined && !this.#stopped; merge = this.#dueHours()) {
      await this.#mergeHours(merge)
      mergedFiles += merge.days.length
    }
    return { closedTables, mergedFiles, expiredFiles }
  }

  #oldTable(): number | undefined {
    const { tables } = this.#database.layout
    return tables.length > 1 ? tables[0] : undefined
  }

  #due(): Merge | undefined {
    return nextMerge(this.#database.layout, this.#options.now())
  }

  #dueHours(): HourMerge | undefined {
    return nextHourMerge(this.#database.layout, this.#options.now())
  }

  async #close(table: number): Promise<void> {
    const { closer } = this.#database
    const now = this.#options.now()
    const rows = rowsQuery('', { parts: [], tables: [table] })
    const added: Part[] = []
    const days = await daysOf(closer, table)
    const known = [...this.#database.layout.days, ...days.map(({ day }) => day)]
    const today = retentionDay(known, now)
    for (const { day, count } of days) {
      if (expired('raw', day, this.#options.kept, today)) continue
      const stretch = `time_ms >= ${day * dayMs} AND time_ms < ${(day + 1) * dayMs}`
      const ofDay = `SELECT * FROM (${rows}) WHERE ${stretch}`
      const planned = { kind: 'raw', day, lastDay: day, generation: table, level: 0, writtenMs: now } as const
      for (const range of await rangesOf(closer, ofDay, count))
        added.push(...(await this.#write(planned, ofDay, range)))
    }
    await closer.run(findNewest(table))
    await this.#exchange({ table, removed: [], added }, keepNewest)
  }

  async #merge({ day, parts, whole, level }: Merge): Promise<void> {
    const { closer, files, layout } = this.#database
    const rows = rowsQuery(files.folder, { parts, tables: [] })
    const generation = Math.max(...parts.map((part) => part.generation))
    const planned = { day, lastDay: day, generation, level, writtenMs: this.#options.now() }
    const total = parts.reduce((sum, part) => sum + part.rows, 0)
    const added: Part[] = []
    for (const range of await rangesOf(closer, rows, total)) {
      const readings = await this.#write({ ...planned, kind: 'raw' }, rows, range)
      added.push(...readings)
      if (whole) for (const part of readings) added.push(...(await this.#rollUp(part)))
    }
    if (!whole) return await this.#exchange({ removed: parts, added })
    const rollups = (['minute', 'hour'] as const).flatMap((kind) => layout.ofDay(kind, day))
    const settled = `DELETE FROM superseding WHERE generation <= ${generation} AND time_ms >= ${day * dayMs} AND time_ms < ${(day + 1) * dayMs}`
    await this.#exchange({ removed: [...parts, ...rollups], added }, [settled])
  }

  /** A day's own hours take the place of those it has among other days. */
  async #mergeHours({ days, spans }: HourMerge): Promise<void> {
    const { closer, files } = this.#database
    const all = [...spans, ...days]
    const planned = {
      ...({ kind: 'hour', level: dayLevel, writtenMs: this.#options.now() } as const),
      day: Math.min(...all.map(({ day }) => day)),
      lastDay: Math.max(...all.map(({ lastDay }) => lastDay)),
      generation: Math.max(...all.map(({ generation }) => generation)),
    }
    const read = (some: readonly Part[]): string => `SELECT * FROM read_parquet(${fileList(files.folder, some)})`
    const replaced = [...new Set(days.map(({ day }) => day))].map((day) => day * dayMs).join(', ')
    const older =
      spans.length > 0 ? ` UNION ALL ${read(spans)} WHERE start - start % ${dayMs} NOT IN (${replaced})` : ''
    const rows = `${read(days)}${older}`
    const total = all.reduce((sum, part) => sum + part.rows, 0)
    const added: Part[] = []
    for (const range of await rangesOf(closer, rows, total, hourRowsPerFile)) {
      const some = range ? `SELECT * FROM (${rows}) WHERE series BETWEEN ${range[0]} AND ${range[1]}` : rows
      const part = await files.write(closer, planned, `${some} ORDER BY series, start`)
      if (part) added.push(part)
    }
    await this.#exchange({ removed: all, added })
  }

  async #write(planned: Omit<Part, 'file' | 'bytes' | 'rows' | Bounds>, rows: string, range: Range): Promise<Part[]> {
    const { closer, files } = this.#database
    const some = range ? `SELECT * FROM (${rows}) WHERE series BETWEEN ${range[0]} AND ${range[1]}` : rows
    const part = await files.write(closer, planned, `${newestRows(some)} ORDER BY series, time_ms`)
    return part ? [part] : []
  }

  async #rollUp(part: Part): Promise<Part[]> {
    const { closer, files } = this.#database
    const energy = this.#options.energySeries().filter((id) => id >= part.minSeries && id <= part.maxSeries)
    const readings = `SELECT * FROM read_parquet(${fileList(files.folder, [part])})`
    const made: Part[] = []
    for (const kind of ['minute', 'hour'] as const) {
      if (kind === 'minute' && (await perMinute(closer, readings, part.rows)) < worthwhilePerMinute) continue
      const query = rollupQuery(readings, rollupMs[kind satisfies RollupKind], energy.join(', ') || 'NULL')
      const rollup = await files.write(closer, { ...part, kind }, query)
      if (rollup) made.push(rollup)
    }
    return made
  }

  async #expire(): Promise<number> {
    const { layout } = this.#database
    const removed = expiredParts(layout, this.#options.kept, retentionDay(layout.days, this.#options.now()))
    if (removed.length > 0) await this.#exchange({ removed, added: [] })
    return removed.length
  }

  /** The one step in which readings move; `alongside` is done in the same transaction. */
  async #exchange(exchange: Exchange, alongside: readonly string[] = []): Promise<void> {
    const { closer, files } = this.#database
    await this.#options.betweenReads(async () => {
      await closer.run('BEGIN')
      try {
        for (const statement of alongside) await closer.run(statement)
        for (const { file } of exchange.removed) await closer.run('DELETE FROM part WHERE file = $1', [file])
        await appendParts(closer, exchange.added)
        if (exchange.table !== undefined) await closer.run(`DROP TABLE ${tableName(exchange.table)}`)
        // Whether a commit that fails has been made durable nobody can tell before the next start, which removes what no table names.
        await closer.run('COMMIT')
      } catch (error) {
        await closer.run('ROLLBACK').catch(() => undefined)
        throw error
      }
      this.#database.layout = this.#database.layout.exchanged(exchange)
    })
    files.remove(exchange.removed)
  }
}

type Bounds = 'minSeries' | 'maxSeries' | 'minMs' | 'maxMs'
type Range = readonly [from: number, to: number] | undefined

async function daysOf(connection: DuckDBConnection, table: number): Promise<{ day: number; count: number }[]> {
  const sql = `SELECT ${startOf(dayMs)}::DOUBLE AS day, count(*)::DOUBLE FROM ${tableName(table)} GROUP BY day ORDER BY day`
  const rows = (await connection.runAndReadAll(sql)).getRows()
  return rows.map(([start, count]) => ({ day: dayOf(Number(start)), count: Number(count) }))
}

/** What goes into one file: all series, or ranges of them. */
async function rangesOf(
  connection: DuckDBConnection,
  rows: string,
  count: number,
  atMost = rowsPerFile,
): Promise<Range[]> {
  if (count <= atMost * 1.5) return [undefined]
  const found = await connection.runAndReadAll(
    `SELECT series, count(*)::DOUBLE FROM (${rows}) GROUP BY series ORDER BY series`,
  )
  return cutBySeries(
    found.getRows().map(([series, rows]): SeriesRows => ({ series: Number(series), rows: Number(rows) })),
    atMost,
  )
}

async function perMinute(connection: DuckDBConnection, readings: string, rows: number): Promise<number> {
  const minutes = `SELECT count(*)::DOUBLE FROM (SELECT DISTINCT series, ${startOf(rollupMs.minute)} FROM (${readings}))`
  const [row] = (await connection.runAndReadAll(minutes)).getRows()
  return rows / Math.max(1, Number(row?.[0] ?? 0))
}
