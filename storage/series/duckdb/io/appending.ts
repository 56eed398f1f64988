import { setImmediate } from 'node:timers/promises'
import { BIGINT, DOUBLE, type DuckDBConnection, DuckDBDataChunk, INTEGER, UTINYINT, VARCHAR } from '@duckdb/node-api'
import type { NamedRow, ReadingColumns, RunRow } from '../catalogue.ts'
import type { Part } from '../layout.ts'
import { tableName } from '../rows-query.ts'

/** DuckDB's vector size: what one chunk may hold. */
const chunkRows = 2048
/** Appending runs on the main loop at 0.4 ms a chunk (measured); after so many chunks others get a turn. */
const chunksPerTurn = 16

const readingTypes = [INTEGER, BIGINT, DOUBLE, UTINYINT]

/** Appends to an open table within the transaction that is open on `connection`. */
export async function appendReadings(
  connection: DuckDBConnection,
  table: number,
  columns: ReadingColumns,
): Promise<void> {
  const appender = await connection.createAppender(tableName(table))
  try {
    const rows = columns.series.length
    for (let from = 0, chunks = 1; from < rows; from += chunkRows, chunks++) {
      appender.appendDataChunk(readingChunk(columns, from, Math.min(from + chunkRows, rows)))
      if (chunks % chunksPerTurn === 0) await setImmediate()
    }
  } finally {
    appender.closeSync()
  }
}

function readingChunk(columns: ReadingColumns, from: number, to: number): DuckDBDataChunk {
  const chunk = DuckDBDataChunk.create(readingTypes, to - from)
  chunk.setColumnValues(0, columns.series.slice(from, to))
  chunk.setColumnValues(1, columns.timeMs.slice(from, to).map(BigInt))
  chunk.setColumnValues(2, columns.value.slice(from, to))
  chunk.setColumnValues(3, columns.quality.slice(from, to))
  return chunk
}

export async function appendKeys(connection: DuckDBConnection, columns: ReadingColumns): Promise<void> {
  const appender = await connection.createAppender('again', null, 'temp')
  try {
    for (let from = 0; from < columns.series.length; from += chunkRows) {
      const to = Math.min(from + chunkRows, columns.series.length)
      const chunk = DuckDBDataChunk.create([INTEGER, BIGINT], to - from)
      chunk.setColumns([columns.series.slice(from, to), columns.timeMs.slice(from, to).map(BigInt)])
      appender.appendDataChunk(chunk)
    }
  } finally {
    appender.closeSync()
  }
}

export async function appendNames(
  connection: DuckDBConnection,
  table: 'series' | 'spool',
  rows: readonly NamedRow[],
): Promise<void> {
  await appendRows(connection, table, [INTEGER, VARCHAR, VARCHAR], rows)
}

export async function appendRuns(connection: DuckDBConnection, rows: readonly RunRow[]): Promise<void> {
  const values = rows.map(([spool, from, to]) => [spool, BigInt(from), BigInt(to)])
  await appendRows(connection, 'settled', [INTEGER, BIGINT, BIGINT], values)
}

export async function appendParts(connection: DuckDBConnection, parts: readonly Part[]): Promise<void> {
  const types = [
    VARCHAR,
    VARCHAR,
    INTEGER,
    BIGINT,
    INTEGER,
    BIGINT,
    BIGINT,
    INTEGER,
    INTEGER,
    BIGINT,
    BIGINT,
    BIGINT,
    INTEGER,
  ]
  const rows = parts.map((part) => [
    ...[part.file, part.kind, part.day, BigInt(part.generation), part.level, BigInt(part.rows), BigInt(part.bytes)],
    ...[part.minSeries, part.maxSeries, BigInt(part.minMs), BigInt(part.maxMs), BigInt(part.writtenMs), part.lastDay],
  ])
  await appendRows(connection, 'part', types, rows)
}

async function appendRows(
  connection: DuckDBConnection,
  table: string,
  types: Parameters<typeof DuckDBDataChunk.create>[0],
  rows: readonly (readonly (string | number | bigint)[])[],
): Promise<void> {
  if (rows.length === 0) return
  const appender = await connection.createAppender(table)
  try {
    for (let from = 0; from < rows.length; from += chunkRows) {
      const part = rows.slice(from, from + chunkRows)
      const chunk = DuckDBDataChunk.create(types, part.length)
      chunk.setRows(part)
      appender.appendDataChunk(chunk)
    }
  } finally {
    appender.closeSync()
  }
}
