import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { dayMs, type Part } from '../layout.ts'
import { quoted } from '../rows-query.ts'

/** What a new file holds, as far as it is known before it is written. */
export type Planned = Pick<Part, 'kind' | 'day' | 'lastDay' | 'generation' | 'level' | 'writtenMs'>

/**
 * Small row groups: a series of one day is read by decoding little beside it. Version 2 brings delta encoding for times. Both measured (decision 012).
 */
const format = 'FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, ROW_GROUP_SIZE 20480'

const unfinished = 'unfinished-'

/** The folder of day files: writes them so that a name that is there is a file that is whole, and removes what no table knows. */
export class DayFiles {
  readonly folder: string
  #number: number

  /** `known`: the files the tables name. Others are what a crash left: from before their transaction, or after the one that replaced them. */
  constructor(folder: string, known: readonly Part[]) {
    this.folder = folder
    mkdirSync(folder, { recursive: true })
    const names = new Set(known.map(({ file }) => file))
    for (const name of readdirSync(folder)) if (!names.has(name)) rmSync(join(folder, name))
    this.#number = Math.max(0, ...known.map(({ file }) => numberOf(file)))
  }

  /** Which of these are not there any more. */
  missing(parts: readonly Part[]): readonly Part[] {
    const there = new Set(readdirSync(this.folder))
    return parts.filter(({ file }) => !there.has(file))
  }

  /** Writes the rows of a query, on the disk with its name when it resolves; undefined when there are none. */
  async write(connection: DuckDBConnection, planned: Planned, query: string): Promise<Part | undefined> {
    const file = `${dateOf(planned.day)}-${planned.kind}-${++this.#number}.parquet`
    const [path, made] = [join(this.folder, `${unfinished}${file}`), join(this.folder, file)]
    try {
      await connection.run(`COPY (${query}) TO ${quoted(path)} (${format})`)
      const bounds = await boundsOf(connection, path, planned.kind === 'raw' ? 'time_ms' : 'start')
      if (bounds.rows === 0) return undefined
      await flush(path)
      renameSync(path, made)
      await flush(this.folder)
      return { ...planned, file, bytes: statSync(made).size, ...bounds }
    } finally {
      rmSync(path, { force: true })
    }
  }

  remove(parts: readonly Part[]): void {
    for (const { file } of parts) rmSync(join(this.folder, file), { force: true })
  }
}

async function boundsOf(
  connection: DuckDBConnection,
  path: string,
  time: string,
): Promise<Pick<Part, 'rows' | 'minSeries' | 'maxSeries' | 'minMs' | 'maxMs'>> {
  const sql = `SELECT count(*), min(series), max(series), min(${time}), max(${time}) FROM read_parquet(${quoted(path)})`
  const [row = []] = (await connection.runAndReadAll(sql)).getRows()
  const [rows = 0, minSeries = 0, maxSeries = 0, minMs = 0, maxMs = 0] = row.map(Number)
  return { rows, minSeries, maxSeries, minMs, maxMs }
}

async function flush(path: string): Promise<void> {
  await using file = await open(path, 'r')
  await file.sync()
}

const dateOf = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10)

const numberOf = (file: string): number => Number(/-(\d+)\.parquet$/.exec(file)?.[1] ?? 0)
