// The state store of a miniature: real SQL by Kysely on a real SQLite, in this thread and in memory, with commits that can be lost.
import { DatabaseSync } from 'node:sqlite'
import { CivitalsError } from '@civitals/contracts/errors'
import type { Migration, NoTables, StateStore, StateTx } from '@civitals/storage/state'
import { Kysely } from 'kysely'
import { type Session, sqliteDialect } from '../../storage/state/sqlite/dialect.ts'
import { durability } from '../../storage/state/sqlite/durability.ts'
import { stateError } from '../../storage/state/sqlite/failure.ts'
import { StatementCache } from '../../storage/state/sqlite/io/statement-cache.ts'
import type { RowSet, SqlValue } from '../../storage/state/sqlite/protocol.ts'
import { Turns } from '../../storage/turns.ts'
import type { Life, Random } from './schedule.ts'

/** `synchronous` as SQLite numbers it: from FULL on a commit is flushed before it is answered. */
const full = 2
/** Commits that no flush has followed, at most; the operating system writes older ones by itself. */
const mostUnflushed = 8

const nothing: RowSet = { columns: [], rows: [], changes: 0, insertId: 0 }

/**
 * The file. Commits are flushed when the real store's own pragmas ask for it; otherwise each is a savepoint that a power cut may take back.
 * One file serves many miniatures: `clear` empties it, which keeps prepared statements.
 */
export class StateDisk {
  readonly database: DatabaseSync = new DatabaseSync(':memory:')
  readonly #statements = new StatementCache(this.database)
  readonly #flushed: boolean
  /** Called after every commit. */
  onCommit: () => void = () => undefined
  #unflushed = 0
  #open = false

  constructor(migrations: readonly Migration[]) {
    this.database.exec(durability)
    const level = this.database.prepare('PRAGMA synchronous').get()?.synchronous
    this.#flushed = typeof level === 'number' && level >= full
    for (const { statements } of migrations) for (const statement of statements) this.database.exec(statement)
  }

  /** A transaction stands between `begin` and its end. */
  get open(): boolean {
    return this.#open
  }

  clear(): void {
    this.kill()
    const tables = this.database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()
    for (const { name } of tables) if (!String(name).startsWith('sqlite_')) this.database.exec(`DELETE FROM "${name}"`)
  }

  run(sql: string, parameters: readonly SqlValue[]): RowSet {
    return this.#statements.run({ sql, parameters })
  }

  begin(): void {
    this.database.exec(this.#flushed ? 'BEGIN IMMEDIATE' : `SAVEPOINT c${this.#unflushed}`)
    this.#open = true
  }

  commit(): void {
    this.#open = false
    if (this.#flushed) this.database.exec('COMMIT')
    else if (++this.#unflushed > mostUnflushed) this.#flush()
    this.onCommit()
  }

  rollback(): void {
    if (!this.#open) return
    this.#open = false
    if (this.#flushed) this.database.exec('ROLLBACK')
    else this.database.exec(`ROLLBACK TO c${this.#unflushed}; RELEASE c${this.#unflushed}`)
  }

  /** The process dies: what is committed stays. */
  kill(): void {
    this.rollback()
    this.#flush()
  }

  /** The machine loses power: commits that were not flushed may be lost, the newest first. */
  powerCut(random: Random): void {
    this.rollback()
    const lost = random.below(this.#unflushed + 1)
    if (lost > 0) this.database.exec(`ROLLBACK TO c${this.#unflushed - lost}`)
    this.#flush()
  }

  #flush(): void {
    if (this.#unflushed > 0) this.database.exec('RELEASE c0')
    this.#unflushed = 0
  }
}

export interface StateFaults {
  /** While set, nothing can be read or written. */
  down: boolean
  /** Share of commits that hold although their answer is an error: the thread that made them was lost. */
  unheardCommits: number
}

const longestCommitMs = 12
const longestAnswerMs = 3
/** Most statements are answered at once: it saves events, and a crash inside a transaction is found all the same. */
const shareOfSlowStatements = 0.1

/** The state store of one process over that file. */
export class StateTwin implements StateStore {
  readonly db: Kysely<NoTables>
  readonly #writer: Kysely<NoTables>
  readonly #turns = new Turns()
  readonly #disk: StateDisk
  readonly #life: Life
  readonly #faults: StateFaults

  constructor(disk: StateDisk, life: Life, faults: StateFaults) {
    this.#disk = disk
    this.#life = life
    this.#faults = faults
    this.db = new Kysely({ dialect: sqliteDialect(() => this.#session()) })
    this.#writer = new Kysely({ dialect: sqliteDialect(() => this.#session()) })
  }

  transaction<T>(work: (tx: StateTx) => Promise<T>): Promise<T> {
    return this.#writer.transaction().execute(work)
  }

  async close(): Promise<void> {}
  async [Symbol.asyncDispose](): Promise<void> {}

  async #session(): Promise<Session> {
    const release = await this.#turns.take()
    let begun = false
    return {
      begin: async () => {
        begun = true
        await this.#step('begin', 0, () => this.#disk.begin())
      },
      run: (sql, parameters) => this.#step('run', shareOfSlowStatements, () => this.#run(sql, parameters)),
      commit: async () => {
        await this.#step('commit', 1, () => this.#disk.commit())
        begun = false
        await this.#step('answer', 1, () => this.#answer())
      },
      rollback: async () => {
        if (begun && this.#life.alive) this.#disk.rollback()
      },
      release,
    }
  }

  #run(sql: string, parameters: readonly SqlValue[]): RowSet {
    try {
      return this.#disk.run(sql, parameters) ?? nothing
    } catch (error) {
      const errcode = Number((error as { errcode?: unknown }).errcode ?? 0)
      throw stateError({ errcode, message: String(error) }, sql)
    }
  }

  #answer(): void {
    if (!this.#life.schedule.random.chance(this.#faults.unheardCommits)) return
    throw new CivitalsError('CIV_STORAGE_STATE_LOST', 'the thread ended before it answered', { retryable: true })
  }

  /** Does `work` now or, for a share of calls, later; in a process that has ended, never. */
  #step<T>(label: string, slow: number, work: () => T): Promise<T> {
    const { random } = this.#life.schedule
    if (!this.#life.alive) return new Promise(() => undefined)
    const checked = (): T => {
      if (this.#faults.down) throw unavailable()
      return work()
    }
    if (slow > 0 && random.chance(slow)) {
      const longest = label === 'answer' ? longestAnswerMs : longestCommitMs
      return this.#life.later(random.between(0, longest), `state ${label}`, checked)
    }
    return new Promise((resolve) => resolve(checked()))
  }
}

const unavailable = (): CivitalsError =>
  new CivitalsError('CIV_STORAGE_STATE_UNAVAILABLE', 'the disk is full', { retryable: true })
