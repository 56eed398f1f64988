import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { Catalogue } from '../catalogue.ts'
import { Layout, type Part, type PartKind } from '../layout.ts'
import { Newest } from '../newest.ts'
import { ReadingRows } from '../reading-rows.ts'
import { againTable, newestQuery, openTable, schema } from '../schema.ts'
import { DayFiles } from './day-files.ts'
import { cutLog, type TornLog, tornEntry } from './torn-log.ts'

export interface DatabaseOptions {
  readonly folder: string
  readonly onTornLog?: (torn: TornLog) => void
  readonly onLostFile?: (part: Part) => void
  readonly memoryLimitMb: number
}

/** One opened file: a connection each to write, to read and to close old tables with, and what the tables say in short. */
export interface Database {
  readonly writer: DuckDBConnection
  readonly reader: DuckDBConnection
  readonly closer: DuckDBConnection
  readonly catalogue: Catalogue
  readonly newest: Newest
  readonly files: DayFiles
  /** Replaced, never changed, when a transaction has changed what it says. */
  layout: Layout
  /** Rows of the open table that is written to. */
  currentRows: number
  /** Whether readings of envelopes that came again stand in for older ones somewhere. */
  resent: boolean
  /** Rows of `settled`, to know when it is worth rewriting. */
  runRows: number
  close(): void
}

/** Opens `series.duckdb` in the folder, makes its tables if need be and loads what they say. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  mkdirSync(options.folder, { recursive: true })
  const instance = await openInstance(options)
  try {
    const [writer, reader, closer] = [await instance.connect(), await instance.connect(), await instance.connect()]
    // Day files never change under their name: what stands where in them is read once. No setting to open with: Parquet is not there yet then.
    await writer.run('SET GLOBAL parquet_metadata_cache = true')
    for (const statement of [...schema, againTable]) await writer.run(statement)
    const tables = await openTables(writer)
    const { catalogue, runRows } = await loadCatalogue(writer)
    const parts = await loadParts(writer)
    const files = new DayFiles(join(options.folder, 'days'), parts)
    const lost = new Set(files.missing(parts))
    for (const part of lost) options.onLostFile?.(part)
    const layout = new Layout(
      tables,
      parts.filter((part) => !lost.has(part)),
    )
    const close = (): void => {
      for (const connection of [reader, closer, writer]) connection.closeSync()
      instance.closeSync()
    }
    return {
      ...{ writer, reader, closer, catalogue, files, layout, runRows, close },
      newest: await loadNewest(writer, tables),
      currentRows: await countOf(writer, `open_${layout.current}`),
      resent: (await countOf(writer, 'superseding')) > 0,
    }
  } catch (error) {
    instance.closeSync()
    throw error
  }
}

/** Numbers of the open tables, oldest first. The one table of earlier versions becomes the first of them. */
async function openTables(connection: DuckDBConnection): Promise<number[]> {
  const found = await connection.runAndReadAll('SELECT table_name FROM duckdb_tables() WHERE NOT temporary')
  const names = found.getRows().map(([name]) => String(name))
  const tables = names
    .flatMap((name) => /^open_(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
  if (tables.length > 0) return tables
  await connection.run(names.includes('reading') ? 'ALTER TABLE reading RENAME TO open_1' : openTable(1))
  return [1]
}

async function loadParts(connection: DuckDBConnection): Promise<Part[]> {
  const found = await connection.runAndReadAll(
    `SELECT file, kind, day, generation, level, rows, bytes, min_series, max_series, min_ms, max_ms, written_ms, coalesce(last_day, day) FROM part`,
  )
  return found.getRows().map(([file, kind, ...numbers]) => {
    const [day = 0, generation = 0, level = 0, rows = 0, bytes = 0, minSeries = 0, maxSeries = 0, ...times] =
      numbers.map(Number)
    const [minMs = 0, maxMs = 0, writtenMs = 0, lastDay = day] = times
    const bounds = { minSeries, maxSeries, minMs, maxMs }
    return {
      file: String(file),
      kind: kind as PartKind,
      day,
      lastDay,
      generation,
      level,
      rows,
      bytes,
      ...bounds,
      writtenMs,
    }
  })
}

async function loadNewest(connection: DuckDBConnection, tables: readonly number[]): Promise<Newest> {
  const newest = new Newest()
  const queries = ['SELECT * FROM newest', ...tables.map(newestQuery)]
  for (const query of queries) {
    for await (const rows of (await connection.run(query)).yieldRows()) {
      const columns = new ReadingRows(rows.length)
      for (const [series, timeMs, value, quality] of rows)
        columns.push(Number(series), Number(timeMs), typeof value === 'number' ? value : null, Number(quality))
      newest.take(columns)
    }
  }
  return newest
}

async function countOf(connection: DuckDBConnection, table: string): Promise<number> {
  const [row] = (await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${table}`)).getRows()
  return Number(row?.[0] ?? 0)
}

/** A log is cut once: one that is torn again where it was cut is damaged in another way. */
async function openInstance({ folder, memoryLimitMb, onTornLog }: DatabaseOptions): Promise<DuckDBInstance> {
  const file = join(folder, 'series.duckdb')
  const settings = {
    memory_limit: `${memoryLimitMb}MB`,
    // Each question, write and closing has a thread of its own already; a second one doubles the processor time of a short question (measured) and
    // takes the main loop's turn. With one, rows come in the order in which they lie, which `listsQuery` relies on.
    threads: '1',
    temp_directory: join(folder, 'temp'),
    // Parquet is linked in; nothing is ever fetched from a network.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    // Day files never change under their name.
    validate_external_file_cache: 'NO_VALIDATION',
  }
  try {
    return await DuckDBInstance.create(file, settings)
  } catch (error) {
    const entry = tornEntry(error)
    const torn = entry && cutLog(`${file}.wal`, entry)
    if (!torn) throw error
    onTornLog?.(torn)
    return await DuckDBInstance.create(file, settings)
  }
}

async function loadCatalogue(connection: DuckDBConnection): Promise<{ catalogue: Catalogue; runRows: number }> {
  const rowsOf = async (sql: string) => (await connection.runAndReadAll(sql)).getRows()
  const catalogue = new Catalogue()
  for (const [id, terminal, point] of await rowsOf('SELECT id, terminal, point FROM series ORDER BY id')) {
    catalogue.series.load(Number(id), String(terminal), String(point))
  }
  for (const [id, gateway, spool] of await rowsOf('SELECT id, gateway, spool FROM spool ORDER BY id')) {
    catalogue.spools.load(Number(id), String(gateway), String(spool))
  }
  const runs = await rowsOf('SELECT spool, from_seq, to_seq FROM settled ORDER BY spool, from_seq')
  for (const [spool, from, to] of runs) catalogue.loadRun([Number(spool), Number(from), Number(to)])
  return { catalogue, runRows: runs.length }
}
