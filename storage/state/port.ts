import type { Kysely, Transaction } from 'kysely'

/** Every workspace owns its tables and names them: `tx.withTables<LedgerTables>()`; a `type`, Kysely refuses an interface. */
// biome-ignore lint/complexity/noBannedTypes: no table is known here
export type NoTables = {}

/** The state transaction: step (b) of settling. */
export type StateTx = Transaction<NoTables>

/**
 * One step of the schema. Ids sort in the order steps apply and are never reused: `ingest-001`. Statements use the portable
 * subset: INTEGER (<= 2^53-1; times as ms), REAL, TEXT (JSON as text), 0/1 for booleans, upsert, RETURNING.
 */
export interface Migration {
  readonly id: string
  readonly statements: readonly string[]
}

/** Registry, ledger, alarms, cases, outbox: everything that must change together. */
export interface StateStore extends AsyncDisposable {
  /** For reading; outside any transaction. */
  readonly db: Kysely<NoTables>
  /**
   * Runs `work` in one serialisable write transaction, one at a time. What `work` throws rolls everything back and is thrown
   * again. `work` may run again when the engine asks for a retry, so it keeps no memory of its own.
   */
  transaction<T>(work: (tx: StateTx) => Promise<T>): Promise<T>
  close(): Promise<void>
}
