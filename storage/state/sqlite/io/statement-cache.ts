import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { RowSet, SqlValue } from '../protocol.ts'

const capacity = 500

interface Prepared {
  readonly statement: StatementSync
  readonly columns: readonly string[]
}

/** One connection with the statements it has prepared, the least recently used forgotten first. */
export class StatementCache {
  readonly database: DatabaseSync
  readonly #prepared = new Map<string, Prepared>()

  constructor(database: DatabaseSync) {
    this.database = database
  }

  run({ sql, parameters }: { readonly sql: string; readonly parameters: readonly SqlValue[] }): RowSet {
    const { statement, columns } = this.#prepare(sql)
    if (columns.length > 0) {
      const rows = statement.all(...parameters) as unknown as readonly (readonly unknown[])[]
      return { columns, rows, changes: rows.length, insertId: 0 }
    }
    const { changes, lastInsertRowid } = statement.run(...parameters)
    return { columns, rows: [], changes: Number(changes), insertId: Number(lastInsertRowid) }
  }

  /** After a change of the schema: the columns of `select *` may be others now. */
  clear(): void {
    this.#prepared.clear()
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql)
    if (known) this.#prepared.delete(sql)
    const prepared = known ?? this.#compile(sql)
    this.#prepared.set(sql, prepared)
    if (this.#prepared.size > capacity) {
      for (const oldest of this.#prepared.keys()) {
        this.#prepared.delete(oldest)
        break
      }
    }
    return prepared
  }

  #compile(sql: string): Prepared {
    const statement = this.database.prepare(sql)
    statement.setReturnArrays(true)
    return { statement, columns: statement.columns().map(({ name }) => name) }
  }
}
