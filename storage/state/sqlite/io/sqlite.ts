import { AsyncLocalStorage } from 'node:async_hooks'
import { CivitalsError } from '@civitals/contracts/errors'
import { Kysely } from 'kysely'
import { Turns } from '../../../turns.ts'
import { applyMigrations } from '../../migrate.ts'
import type { Migration, NoTables, StateStore, StateTx } from '../../port.ts'
import { type Session, sqliteDialect } from '../dialect.ts'
import type { RowSet } from '../protocol.ts'
import { DatabaseThread } from './database-thread.ts'

export interface SqliteStateOptions {
  /** Path of the database file, its folder is made; `:memory:` for tests. */
  readonly file: string
  readonly migrations: readonly Migration[]
}

/**
 * Opens the embedded state store and brings its schema up to date. Durable: WAL with an fsync at every commit.
 * Errors: CIV_STORAGE_STATE_* and, for schemas that do not fit, CIV_STORAGE_SCHEMA_NEWER, CIV_STORAGE_MIGRATION_*.
 */
export async function openSqliteState(options: SqliteStateOptions): Promise<StateStore> {
  const store = new SqliteState(options.file)
  try {
    await store.transaction((tx) => applyMigrations(tx, options.migrations))
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

const nothing: RowSet = { columns: [], rows: [], changes: 0, insertId: 0 }

class SqliteState implements StateStore {
  readonly db: Kysely<NoTables>
  readonly #writer: Kysely<NoTables>
  readonly #file: string
  readonly #memory: boolean
  readonly #turns = new Turns()
  readonly #within = new AsyncLocalStorage<{ open: boolean }>()
  #thread: DatabaseThread | undefined
  #closed = false

  constructor(file: string) {
    this.#file = file
    this.#memory = file === ':memory:'
    this.db = new Kysely({ dialect: sqliteDialect(() => this.#readSession()) })
    this.#writer = new Kysely({ dialect: sqliteDialect(() => this.#writeSession()) })
  }

  async transaction<T>(work: (tx: StateTx) => Promise<T>): Promise<T> {
    this.#refuseWithin('a transaction inside a transaction would wait for itself; pass tx on')
    const scope = { open: true }
    try {
      return await this.#writer.transaction().execute((tx) => this.#within.run(scope, () => work(tx)))
    } finally {
      scope.open = false
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    const end = await this.#turns.take()
    this.#closed = true
    try {
      if (this.#thread && !this.#thread.lost) await this.#thread.ask({ op: 'close' })
    } finally {
      await this.#thread?.terminate()
      end()
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** The living thread; a file whose thread was lost is opened anew, committed data are all there. */
  async #open(): Promise<DatabaseThread> {
    if (this.#closed) throw new CivitalsError('CIV_STORAGE_STATE_CLOSED', 'The state store is closed.')
    if (this.#thread && (!this.#thread.lost || this.#memory)) return this.#thread
    const thread = new DatabaseThread(!this.#memory)
    this.#thread = thread
    try {
      await thread.ask({ op: 'open', file: this.#file })
    } catch (error) {
      await thread.terminate()
      throw error
    }
    return thread
  }

  async #writeSession(): Promise<Session> {
    const end = await this.#turns.take()
    try {
      return writeSession(await this.#open(), end)
    } catch (error) {
      end()
      throw error
    }
  }

  async #readSession(): Promise<Session> {
    if (this.#memory)
      this.#refuseWithin('in memory, a read outside tx waits for the transaction it stands in; read by tx')
    const end = this.#memory ? await this.#turns.take() : () => undefined
    try {
      return readSession(await this.#open(), end)
    } catch (error) {
      end()
      throw error
    }
  }

  #refuseWithin(reason: string): void {
    if (this.#within.getStore()?.open) throw new CivitalsError('CIV_STORAGE_STATE_NESTED', `Refused: ${reason}.`)
  }
}

function readSession(thread: DatabaseThread, release: () => void): Session {
  const refuse = async (): Promise<never> => {
    throw new CivitalsError('CIV_STORAGE_STATE_READ_ONLY', 'This handle only reads; use StateStore.transaction.')
  }
  return {
    begin: refuse,
    run: async (sql, parameters) =>
      (await thread.ask({ op: 'run', role: 'read', begin: false, sql, parameters })) ?? nothing,
    commit: refuse,
    rollback: async () => undefined,
    release,
  }
}

/** Bound to one life of the thread: after a crash the rest of a transaction must fail, not run by itself. */
function writeSession(thread: DatabaseThread, release: () => void): Session {
  let begun = false
  return {
    begin: async () => undefined,
    run: async (sql, parameters) => {
      const begin = !begun
      begun = true
      return (await thread.ask({ op: 'run', role: 'write', begin, sql, parameters })) ?? nothing
    },
    commit: async () => {
      if (begun) await thread.ask({ op: 'commit' })
    },
    rollback: async () => {
      if (begun && !thread.lost) await thread.ask({ op: 'rollback' })
    },
    release,
  }
}
