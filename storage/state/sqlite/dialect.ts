import { CivitalsError } from '@civitals/contracts/errors'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { RowSet, SqlValue } from './protocol.ts'

/** A connection as the database thread offers it. */
export interface Session {
  /** Announces a transaction; it opens with the first statement. */
  begin(): Promise<void>
  run(sql: string, parameters: readonly SqlValue[]): Promise<RowSet>
  commit(): Promise<void>
  rollback(): Promise<void>
  /** The holder is done with it. */
  release(): void
}

/** Where sessions come from: for writing one at a time, for reading as many as ask. */
export type Acquire = () => Promise<Session>

/** Kysely speaks SQLite by itself; only the way to the connection is ours. */
export function sqliteDialect(acquire: Acquire): Dialect {
  return {
    createDriver: () => new SessionDriver(acquire),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
  }
}

class SessionConnection implements DatabaseConnection {
  readonly session: Session

  constructor(session: Session) {
    this.session = session
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const result = await this.session.run(query.sql, query.parameters.map(bindable))
    if (result.columns.length > 0) return { rows: result.rows.map((row) => objectOf(result.columns, row) as Row) }
    return { rows: [], numAffectedRows: BigInt(result.changes), insertId: BigInt(result.insertId) }
  }

  // biome-ignore lint/correctness/useYield: streaming is refused
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new CivitalsError('CIV_STORAGE_STATE_STREAM', 'The state store does not stream; ask with a limit instead.')
  }
}

class SessionDriver implements Driver {
  readonly #acquire: Acquire

  constructor(acquire: Acquire) {
    this.#acquire = acquire
  }

  async init(): Promise<void> {}
  async destroy(): Promise<void> {}

  async acquireConnection(): Promise<SessionConnection> {
    return new SessionConnection(await this.#acquire())
  }

  async releaseConnection(connection: SessionConnection): Promise<void> {
    connection.session.release()
  }

  beginTransaction(connection: SessionConnection): Promise<void> {
    return connection.session.begin()
  }

  commitTransaction(connection: SessionConnection): Promise<void> {
    return connection.session.commit()
  }

  rollbackTransaction(connection: SessionConnection): Promise<void> {
    return connection.session.rollback()
  }

  async savepoint(connection: SessionConnection, name: string): Promise<void> {
    await connection.executeQuery(savepointCommand('savepoint', name))
  }

  async rollbackToSavepoint(connection: SessionConnection, name: string): Promise<void> {
    await connection.executeQuery(savepointCommand('rollback to', name))
  }

  async releaseSavepoint(connection: SessionConnection, name: string): Promise<void> {
    await connection.executeQuery(savepointCommand('release', name))
  }
}

const savepointCommand = (command: string, name: string): CompiledQuery =>
  CompiledQuery.raw(`${command} "${name.replaceAll('"', '""')}"`)

function bindable(value: unknown): SqlValue {
  switch (typeof value) {
    case 'number':
    case 'string':
    case 'bigint':
      return value
    case 'boolean':
      return value ? 1 : 0
    default:
      if (value === null || value === undefined) return null
      throw new CivitalsError(
        'CIV_STORAGE_STATE_VALUE',
        'The state store takes text, numbers and null; write JSON as text.',
      )
  }
}

function objectOf(columns: readonly string[], row: readonly unknown[]): Record<string, unknown> {
  const object: Record<string, unknown> = {}
  for (let place = 0; place < columns.length; place++) object[columns[place] as string] = row[place]
  return object
}
