import type { StateTx } from '@civitals/storage/state'
import { type RawBuilder, sql } from 'kysely'

/** Bound values per statement: below SQLite's 32,766 and PostgreSQL's 65,535. */
const maxValues = 30_000

/**
 * Writes whole rows, replacing those with the same key. Every row names every column. Portable: `ON CONFLICT ... DO UPDATE
 * SET c = excluded.c` reads the same on SQLite and PostgreSQL.
 */
export async function upsert<Tables, Name extends keyof Tables & string>(
  tx: StateTx,
  table: Name,
  key: readonly (keyof Tables[Name] & string)[],
  rows: readonly Tables[Name][],
): Promise<void> {
  const [first] = rows
  if (!first) return
  const columns = Object.keys(first as object) as (keyof Tables[Name] & string)[]
  const perStatement = Math.floor(maxValues / columns.length)
  for (let start = 0; start < rows.length; start += perStatement) {
    const tuples = rows.slice(start, start + perStatement).map((row) => tuple(columns.map((column) => row[column])))
    await statement(table, columns, key, tuples).execute(tx)
  }
}

const tuple = (values: readonly unknown[]): RawBuilder<unknown> => sql`(${sql.join(values)})`

function statement(
  table: string,
  columns: readonly string[],
  key: readonly string[],
  tuples: readonly RawBuilder<unknown>[],
): RawBuilder<unknown> {
  const refs = (names: readonly string[]) => sql.join(names.map((name) => sql.ref(name)))
  const changes = columns
    .filter((column) => !key.includes(column))
    .map((column) => sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`)
  const action = changes.length > 0 ? sql`DO UPDATE SET ${sql.join(changes)}` : sql`DO NOTHING`
  return sql`INSERT INTO ${sql.table(table)} (${refs(columns)}) VALUES ${sql.join(tuples)} ON CONFLICT (${refs(key)}) ${action}`
}
