import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import type { EpochMs } from '@civitals/contracts/clock'
import type { SpoolRow, WaitingRange } from '../spool.ts'
import {
  type DropClass,
  type Marked,
  type RowSummary,
  rowOverheadBytes,
  type SpoolState,
  type SpoolTable,
  type TableRow,
} from '../table.ts'
import { bringToFormat } from './format.ts'

const summaryColumns = `seq, urgent, readings, from_at, to_at, carried, length(payload) + ${rowOverheadBytes} AS size`
const toSend = 'envelope INDEXED BY envelope_to_send WHERE acknowledged <> 1'
const settled = 'envelope INDEXED BY envelope_settled WHERE acknowledged = 1'

const sql = {
  load: 'SELECT json FROM state',
  save: 'INSERT INTO state VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET json = excluded.json',
  insert:
    'INSERT INTO envelope (seq, payload, committed_at, urgent, readings, from_at, to_at, carried, crc) VALUES (?,?,?,?,?,?,?,?,?)',
  waiting: `SELECT seq, payload, committed_at, urgent FROM ${toSend} AND seq > ? AND seq < ? ORDER BY seq LIMIT ?`,
  count: `SELECT acknowledged, count(*) AS envelopes, sum(readings) AS readings FROM ${toSend} AND seq BETWEEN ? AND ? GROUP BY acknowledged`,
  acknowledge: `UPDATE envelope INDEXED BY envelope_to_send SET acknowledged = 1 WHERE acknowledged <> 1 AND seq BETWEEN ? AND ?`,
  reopen: `UPDATE envelope INDEXED BY envelope_settled SET acknowledged = 2 WHERE acknowledged = 1 AND seq BETWEEN ? AND ?`,
  held: 'SELECT seq FROM envelope WHERE seq BETWEEN ? AND ? ORDER BY seq',
  oldestSettled: `SELECT ${summaryColumns} FROM ${settled} AND seq < ? ORDER BY seq LIMIT ?`,
  oldestReopened: `SELECT ${summaryColumns} FROM ${toSend} AND acknowledged = 2 AND seq < ? ORDER BY seq LIMIT ?`,
  oldestWaiting: `SELECT ${summaryColumns} FROM ${toSend} AND acknowledged = 0 AND urgent = ? AND seq < ? ORDER BY seq LIMIT ?`,
  // Commit times follow seqs, so the oldest rows by seq are the oldest by time: no third index.
  expired: `SELECT * FROM (SELECT ${summaryColumns}, committed_at FROM ${settled} ORDER BY seq LIMIT ?) WHERE committed_at < ?`,
  remove: 'DELETE FROM envelope WHERE seq = ?',
} as const

/** Rows in one SQLite file, held alone: a second process is refused instead of writing beside this one. */
export class SqliteTable implements SpoolTable {
  readonly #database: DatabaseSync
  readonly #statements: Record<keyof typeof sql, StatementSync>
  #flushing = true

  /** Throws the engine's error when the file is damaged (`errcode` 11 or 26) or in use (5), and CIV_GATEWAY_SPOOL_FORMAT. */
  constructor(file: string) {
    this.#database = new DatabaseSync(file)
    try {
      this.#database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
      this.#database.exec('PRAGMA cache_size = -1024; PRAGMA journal_size_limit = 4194304')
      bringToFormat(this.#database)
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
    this.#statements.insert.run(
      seq,
      payload,
      Math.round(committedAt),
      urgent ? 1 : 0,
      readings,
      from,
      to,
      carried,
      crc32(payload),
    )
  }

  waiting(range: WaitingRange): SpoolRow[] {
    return this.#statements.waiting.all(range.after, range.before, range.limit).map((row) => ({
      seq: Number(row.seq),
      payload: row.payload as Uint8Array,
      committedAt: Number(row.committed_at),
      urgent: row.urgent === 1,
    }))
  }

  acknowledge(from: number, to: number): Marked {
    const groups = this.#statements.count.all(from, to)
    if (groups.length > 0) this.#statements.acknowledge.run(from, to)
    const waiting = groups.find((group) => group.acknowledged === 0)
    const reopened = groups.find((group) => group.acknowledged === 2)
    return {
      envelopes: Number(waiting?.envelopes ?? 0),
      readings: Number(waiting?.readings ?? 0),
      reopened: Number(reopened?.envelopes ?? 0),
    }
  }

  reopen(from: number, to: number): number {
    return Number(this.#statements.reopen.run(from, to).changes)
  }

  *held(from: number, to: number): Iterable<number> {
    for (const row of this.#statements.held.iterate(from, to)) yield Number(row.seq)
  }

  oldest(kind: DropClass, before: number, limit: number): RowSummary[] {
    const { oldestSettled, oldestReopened, oldestWaiting } = this.#statements
    if (kind === 'acknowledged') return oldestSettled.all(before, limit).map(summary)
    if (kind === 'reopened') return oldestReopened.all(before, limit).map(summary)
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
