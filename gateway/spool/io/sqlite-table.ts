import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { EpochMs } from '@civitals/contracts/clock'
import type { SpoolRow, WaitingRange } from '../spool.ts'
import {
  type DropClass,
  type RowSummary,
  rowOverheadBytes,
  type SpoolState,
  type SpoolTable,
  type TableRow,
} from '../table.ts'

// The partial indexes keep the two walks of a spool short whatever else is kept: what waits, and what may go.
const schema = `
  CREATE TABLE IF NOT EXISTS envelope (
    seq INTEGER PRIMARY KEY, payload BLOB NOT NULL, committed_at INTEGER NOT NULL, urgent INTEGER NOT NULL,
    readings INTEGER NOT NULL, from_at REAL NOT NULL, to_at REAL NOT NULL, carried TEXT, acknowledged INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX IF NOT EXISTS envelope_waiting ON envelope (seq) WHERE acknowledged = 0;
  CREATE INDEX IF NOT EXISTS envelope_settled ON envelope (seq) WHERE acknowledged = 1;
  CREATE TABLE IF NOT EXISTS state (one INTEGER PRIMARY KEY CHECK (one = 1), json TEXT NOT NULL) STRICT;
`
const summaryColumns = `seq, urgent, readings, from_at, to_at, carried, length(payload) + ${rowOverheadBytes} AS size`
const waiting = 'envelope INDEXED BY envelope_waiting WHERE acknowledged = 0'
const settled = 'envelope INDEXED BY envelope_settled WHERE acknowledged = 1'

const sql = {
  load: 'SELECT json FROM state',
  save: 'INSERT INTO state VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET json = excluded.json',
  insert:
    'INSERT INTO envelope (seq, payload, committed_at, urgent, readings, from_at, to_at, carried) VALUES (?,?,?,?,?,?,?,?)',
  waiting: `SELECT seq, payload, committed_at, urgent FROM ${waiting} AND seq > ? AND seq < ? ORDER BY seq LIMIT ?`,
  count: `SELECT count(*) AS envelopes, coalesce(sum(readings), 0) AS readings FROM ${waiting} AND seq BETWEEN ? AND ?`,
  acknowledge: `UPDATE envelope INDEXED BY envelope_waiting SET acknowledged = 1 WHERE acknowledged = 0 AND seq BETWEEN ? AND ?`,
  oldestSettled: `SELECT ${summaryColumns} FROM ${settled} AND seq < ? ORDER BY seq LIMIT ?`,
  oldestWaiting: `SELECT ${summaryColumns} FROM ${waiting} AND urgent = ? AND seq < ? ORDER BY seq LIMIT ?`,
  // Commit times follow seqs, so the oldest rows by seq are the oldest by time: no third index.
  expired: `SELECT * FROM (SELECT ${summaryColumns}, committed_at FROM ${settled} ORDER BY seq LIMIT ?) WHERE committed_at < ?`,
  remove: 'DELETE FROM envelope WHERE seq = ?',
} as const

/** Rows in one SQLite file, held alone: a second process is refused instead of writing beside this one. */
export class SqliteTable implements SpoolTable {
  readonly #database: DatabaseSync
  readonly #statements: Record<keyof typeof sql, StatementSync>
  #flushing = true

  /** Throws the engine's error when the file is damaged (`errcode` 11 or 26) or in use (5). */
  constructor(file: string) {
    this.#database = new DatabaseSync(file)
    try {
      this.#database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
      this.#database.exec('PRAGMA cache_size = -1024; PRAGMA journal_size_limit = 4194304')
      this.#database.exec(schema)
      this.#statements = prepareAll(this.#database)
      if (this.load()?.closed === false) this.#check()
    } catch (error) {
      this.#database.close()
      throw error
    }
  }

  load(): SpoolState | undefined {
    const row = this.#statements.load.get()
    return row && (JSON.parse(String(row.json)) as SpoolState)
  }

  save(state: SpoolState): void {
    this.#statements.save.run(JSON.stringify(state))
  }

  insert(row: TableRow): void {
    const carried = row.carried ? JSON.stringify(row.carried) : null
    const { seq, payload, committedAt, urgent, readings, from, to } = row
    this.#statements.insert.run(seq, payload, Math.round(committedAt), urgent ? 1 : 0, readings, from, to, carried)
  }

  waiting(range: WaitingRange): SpoolRow[] {
    return this.#statements.waiting.all(range.after, range.before, range.limit).map((row) => ({
      seq: Number(row.seq),
      payload: row.payload as Uint8Array,
      committedAt: Number(row.committed_at),
      urgent: row.urgent === 1,
    }))
  }

  acknowledge(from: number, to: number): { envelopes: number; readings: number } {
    const marked = this.#statements.count.get(from, to)
    const envelopes = Number(marked?.envelopes ?? 0)
    if (envelopes > 0) this.#statements.acknowledge.run(from, to)
    return { envelopes, readings: Number(marked?.readings ?? 0) }
  }

  oldest(kind: DropClass, before: number, limit: number): RowSummary[] {
    const { oldestSettled, oldestWaiting } = this.#statements
    if (kind === 'acknowledged') return oldestSettled.all(before, limit).map(summary)
    return oldestWaiting.all(kind === 'urgent' ? 1 : 0, before, limit).map(summary)
  }

  expired(time: EpochMs, limit: number): RowSummary[] {
    return this.#statements.expired.all(limit, Math.round(time)).map(summary)
  }

  remove(seqs: readonly number[]): void {
    for (const seq of seqs) this.#statements.remove.run(seq)
  }

  transaction<T>(durable: boolean, work: () => T): T {
    // The WAL is one sequence: a commit without its own flush reaches the disk with the next flushed one, never out of order.
    if (durable !== this.#flushing) this.#database.exec(`PRAGMA synchronous = ${durable ? 'FULL' : 'NORMAL'}`)
    this.#flushing = durable
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  close(): void {
    this.#database.close()
  }

  #check(): void {
    const found = this.#database.prepare('PRAGMA quick_check(1)').get()?.quick_check
    if (found !== 'ok') throw Object.assign(new Error(String(found)), { errcode: 11 })
  }
}

function prepareAll(database: DatabaseSync): Record<keyof typeof sql, StatementSync> {
  const entries = Object.entries(sql).map(([name, text]) => [name, database.prepare(text)] as const)
  return Object.fromEntries(entries) as Record<keyof typeof sql, StatementSync>
}

type Columns = ReturnType<StatementSync['all']>[number]

function summary(row: Columns): RowSummary {
  return {
    seq: Number(row.seq),
    urgent: row.urgent === 1,
    readings: Number(row.readings),
    from: Number(row.from_at),
    to: Number(row.to_at),
    size: Number(row.size),
    ...(row.carried !== null && { carried: JSON.parse(String(row.carried)) }),
  }
}
