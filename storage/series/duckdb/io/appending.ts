import { setImmediate } from 'node:timers/promises'
import { BIGINT, type DuckDBConnection, DuckDBDataChunk, INTEGER, VARCHAR } from '@duckdb/node-api'
import type { NamedRow, RunRow } from '../catalogue.ts'
import type { Part } from '../layout.ts'
import type { ReadingRows } from '../reading-rows.ts'
import { tableName } from '../rows-query.ts'
import { keyChunk, readingChunk } from './chunk.ts'

/** DuckDB's vector size: what one chunk may hold. */
const chunkRows = 2048
/** Appending runs on the main loop at 0.4 ms a chunk (measured); after so many chunks others get a turn. */
const chunksPerTurn = 16

/** Appends to an open table within the transaction that is open on `connection`. */
export async function appendReadings(connection: DuckDBConnection, table: number, columns: ReadingRows): Promise<void> {
  if (columns.rows === 0) return
  const appender = await connection.createAppender(tableName(table))
  try {
    for (let from = 0, chunks = 1; from < columns.rows; from += chunkRows, chunks++) {
      appender.appendDataChunk(readingChunk(columns, from, Math.min(from + chunkRows, columns.rows)))
      if (chunks % chunksPerTurn === 0) await setImmediate()
    }
  } finally {
    appender.closeSync()
  }
}

export async function appendKeys(connection: DuckDBConnection, columns: ReadingRows): Promise<void> {
  const appender = await connection.createAppender('again', null, 'temp')
  try {
    for (let from = 0; from < columns.rows; from += chunkRows)
      appender.appendDataChunk(keyChunk(columns, from, Math.min(from + chunkRows, columns.rows)))
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
