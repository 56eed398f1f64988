import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import { beforeAll, type ReadingClass, type SpoolRow, type WaitingRange } from '../spool.ts'
import type { SoundRow } from '../succession.ts'
import {
  type DropClass,
  type Marked,
  type RowStanding,
  type RowSummary,
  rowOverheadBytes,
  type SpoolState,
  type SpoolTable,
  type TableRow,
} from '../table.ts'
import { bringToFormat } from './format.ts'
import { classOf, codeOf, soundRows, standings } from './sound-rows.ts'
import { damage, isFull } from './sqlite-errors.ts'

const pageBytes = 4096
/**
 * A commit touches pages of the rows, of their index and of the accounts; a large row one more. Measured: 3.1, 5.3 and 9 pages for payloads of
 * 180, 4,900 and 19,700 bytes. The log is folded when it holds about this much.
 */
const pagesOfCommit = 3
const foldEvery = 4 * 1024 * 1024
// Well above what the log holds when it is folded: a log that is cut short then grows anew, and a flush that makes a file longer costs more.
const keptLogBytes = 2 * foldEvery

const summaryColumns = `seq, urgent, readings, age, from_at, to_at, carried, length(payload) + ${rowOverheadBytes} AS size`
const toSend = 'envelope INDEXED BY envelope_to_send WHERE acknowledged <> 1'
const settled = 'envelope INDEXED BY envelope_settled WHERE acknowledged = 1'

const sql = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  load: 'SELECT json FROM state',
  save: 'INSERT INTO state VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET json = excluded.json',
  insert:
    'INSERT INTO envelope (seq, payload, committed_at, urgent, readings, from_at, to_at, carried, crc, acknowledged, age) VALUES (?,?,?,?,?,?,?,?,?,?,?)',
  waiting: `SELECT seq, payload, committed_at, urgent, crc FROM ${toSend} AND seq > ? AND seq < ? ORDER BY seq LIMIT ?`,
  count: `SELECT acknowledged, count(*) AS envelopes, sum(readings) AS readings FROM ${toSend} AND seq BETWEEN ? AND ? GROUP BY acknowledged`,
  acknowledge: `UPDATE envelope INDEXED BY envelope_to_send SET acknowledged = 1 WHERE acknowledged <> 1 AND seq BETWEEN ? AND ?`,
  reopen: `UPDATE envelope INDEXED BY envelope_settled SET acknowledged = 2 WHERE acknowledged = 1 AND seq BETWEEN ? AND ?`,
  held: 'SELECT seq FROM envelope WHERE seq BETWEEN ? AND ? ORDER BY seq',
  oldestSettled: `SELECT ${summaryColumns} FROM ${settled} AND seq < ? ORDER BY seq LIMIT ?`,
  oldestReopened: `SELECT ${summaryColumns} FROM ${toSend} AND acknowledged = 2 AND seq < ? ORDER BY seq LIMIT ?`,
  oldestWaiting: `SELECT ${summaryColumns} FROM ${toSend} AND acknowledged = 0 AND urgent = ? AND seq >= ? AND seq < ? ORDER BY seq LIMIT ?`,
  // Ages follow seqs, so the oldest rows by seq are the oldest by age: no third index.
  expired: `SELECT * FROM (SELECT ${summaryColumns} FROM ${settled} ORDER BY seq LIMIT ?) WHERE age < ?`,
  read: `SELECT ${summaryColumns}, payload, committed_at, crc FROM envelope WHERE seq = ?`,
  remove: 'DELETE FROM envelope WHERE seq = ?',
} as const

/** Rows in one SQLite file, held alone: a second process is refused instead of writing beside this one. */
export class SqliteTable implements SpoolTable {
  readonly #database: DatabaseSync
  readonly #statements: Record<keyof typeof sql, StatementSync>
  #flushing = true
  /** No row of the class waits below. */
  readonly #noneBelow: Record<ReadingClass, number> = {
    ...{ debug: beforeAll, telemetry: beforeAll },
    ...{ event: beforeAll, alarm: beforeAll },
  }
  /** Bytes written since the log was folded into the file, about. */
  #written = 0

  /** Throws the engine's error when the file is damaged (`errcode` 11 or 26) or in use (5), and CIV_GATEWAY_SPOOL_FORMAT. */
  constructor(file: string) {
    this.#database = new DatabaseSync(file)
    try {
      this.#database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
      this.#database.exec('PRAGMA cache_size = -1024; PRAGMA wal_autocheckpoint = 0')
      this.#database.exec(`PRAGMA journal_size_limit = ${keptLogBytes}`)
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

  insert(row: TableRow, standing: RowStanding = 'waiting'): void {
    const carried = row.carried ? JSON.stringify(row.carried) : null
    const { seq, payload, committedAt, readings, from, to } = row
    const values = [
      seq,
      payload,
      Math.round(committedAt),
      codeOf(row.class),
      readings,
      from,
      to,
      carried,
      crc32(payload),
    ]
    this.#statements.insert.run(...values, standings.indexOf(standing), row.age)
    this.#written += payload.length + (payload.length > pageBytes ? pageBytes : 0)
  }

  waiting(range: WaitingRange): SpoolRow[] {
    return this.#statements.waiting.all(range.after, range.before, range.limit).map(spoolRow)
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

  oldest(kind: DropClass, before: number, limit: number, above?: number): RowSummary[] {
    const { oldestSettled, oldestReopened, oldestWaiting } = this.#statements
    if (kind === 'acknowledged') return oldestSettled.all(before, limit).map(summary)
    if (kind === 'reopened') return oldestReopened.all(before, limit).map(summary)
    const from = above ?? this.#noneBelow[kind]
    const rows = oldestWaiting.all(codeOf(kind), from, before, limit).map(summary)
    if (above !== undefined) return rows
    // New rows come above all others, so what was walked past once need not be walked again.
    this.#noneBelow[kind] = rows[0]?.seq ?? Math.max(from, before)
    return rows
  }

  read(seqs: readonly number[]): TableRow[] {
    return seqs.flatMap((seq) => {
      const row = this.#statements.read.get(seq)
      return row ? { ...summary(row), ...spoolRow(row) } : []
    })
  }

  replace(row: TableRow): void {
    this.remove([row.seq])
    this.insert(row)
  }

  expired(age: number, limit: number): RowSummary[] {
    return this.#statements.expired.all(limit, age).map(summary)
  }

  remove(seqs: readonly number[]): void {
    for (const seq of seqs) this.#statements.remove.run(seq)
  }

  transaction<T>(durable: boolean, work: () => T): T {
    // The WAL is one sequence: a commit without its own flush reaches the disk with the next flushed one, never out of order.
    if (durable !== this.#flushing) this.#database.exec(`PRAGMA synchronous = ${durable ? 'FULL' : 'NORMAL'}`)
    this.#flushing = durable
    this.#statements.begin.run()
    let result: T
    try {
      result = work()
      this.#statements.commit.run()
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
    this.#written += pagesOfCommit * pageBytes
    if (this.#written > foldEvery) this.#fold('PASSIVE')
    return result
  }

  /** Everything into the one file and on the disk; nothing may be written after it. */
  finish(): void {
    this.#fold('TRUNCATE')
    this.#database.close()
  }

  /** Rows whose bytes are as they were written, ascending; what cannot be read is left out. */
  soundRows(lowest: number, newest: number): Iterable<SoundRow> {
    return soundRows(this.#database, lowest, newest)
  }

  close(): void {
    this.#database.close()
  }

  /**
   * Folds the log into the file. The engine would do it by itself after a commit, and say nothing when a flush fails on the way. Of a full disk
   * nothing is said here either: the commit is on the disk, and the log goes on.
   */
  #fold(how: 'PASSIVE' | 'TRUNCATE'): void {
    this.#written = 0
    try {
      this.#database.exec(`PRAGMA wal_checkpoint(${how})`)
    } catch (error) {
      if (how === 'TRUNCATE' || !isFull(error)) throw error
    }
  }

  #check(): void {
    const found = this.#database.prepare('PRAGMA quick_check(1)').get()?.quick_check
    if (found !== 'ok') throw damage(String(found))
  }
}

function prepareAll(database: DatabaseSync): Record<keyof typeof sql, StatementSync> {
  const entries = Object.entries(sql).map(([name, text]) => [name, database.prepare(text)] as const)
  return Object.fromEntries(entries) as Record<keyof typeof sql, StatementSync>
}

type Columns = ReturnType<StatementSync['all']>[number]

/** A row that is given out is as it was written. Rows of format 1 have no checksum. */
function spoolRow({ seq, payload, committed_at, urgent, crc }: Columns): SpoolRow {
  const bytes = payload as Uint8Array
  if (crc !== null && crc32(bytes) !== crc) throw damage(`the checksum of envelope ${seq} does not hold`)
  return { seq: Number(seq), payload: bytes, committedAt: Number(committed_at), class: classOf(urgent) }
}

function summary(row: Columns): RowSummary {
  return {
    seq: Number(row.seq),
    class: classOf(row.urgent),
    readings: Number(row.readings),
    age: Number(row.age),
    from: Number(row.from_at),
    to: Number(row.to_at),
    size: Number(row.size),
    ...(row.carried !== null && { carried: JSON.parse(String(row.carried)) }),
  }
}
