import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { Catalogue } from '../catalogue.ts'
import { againTable, schema } from '../schema.ts'
import { cutLog, type TornLog, tornEntry } from './torn-log.ts'

export interface DatabaseOptions {
  readonly folder: string
  readonly onTornLog?: (torn: TornLog) => void
  readonly memoryLimitMb: number
  readonly threads: number
}

/** One opened file: a connection that writes, one that reads, and what the tables say in short. */
export interface Database {
  readonly writer: DuckDBConnection
  readonly reader: DuckDBConnection
  readonly catalogue: Catalogue
  /** Rows of `settled`, to know when it is worth rewriting. */
  readonly runRows: number
  close(): void
}

/** Opens `series.duckdb` in the folder, makes its tables if need be and loads the catalogue. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  mkdirSync(options.folder, { recursive: true })
  const instance = await openInstance(options)
  try {
    const writer = await instance.connect()
    for (const statement of [...schema, againTable]) await writer.run(statement)
    const { catalogue, runRows } = await loadCatalogue(writer)
    const reader = await instance.connect()
    const close = (): void => {
      reader.closeSync()
      writer.closeSync()
      instance.closeSync()
    }
    return { writer, reader, catalogue, runRows, close }
  } catch (error) {
    instance.closeSync()
    throw error
  }
}

/** A log is cut once: one that is torn again where it was cut is damaged in another way. */
async function openInstance({ folder, memoryLimitMb, threads, onTornLog }: DatabaseOptions): Promise<DuckDBInstance> {
  const file = join(folder, 'series.duckdb')
  const settings = {
    memory_limit: `${memoryLimitMb}MB`,
    threads: String(threads),
    temp_directory: join(folder, 'temp'),
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
