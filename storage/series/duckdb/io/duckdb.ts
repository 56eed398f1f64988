import type { Reading } from '@civitals/contracts/reading'
import type { SettlementBatch, SpoolEnvelopes } from '@civitals/contracts/settlement'
import { Turns } from '../../../turns.ts'
import { defaultLimit } from '../../bucket.ts'
import { closedError, Outage } from '../../outage.ts'
import type {
  BucketColumns,
  ColumnsQuery,
  RangeQuery,
  ReadingsQuery,
  SeriesDigest,
  SeriesRow,
  SeriesStore,
  StoredReadings,
  WriteOutcome,
} from '../../port.ts'
import { splitRefused, tooOld } from '../../refusal.ts'
import { dayMs, dayOf } from '../layout.ts'
import { rowsPerFile } from '../merge-plan.ts'
import type { DuckdbSeriesOptions } from '../options.ts'
import { defaultKeptDays, type KeptDays, takenFrom } from '../retention.ts'
import { openTable } from '../schema.ts'
import type { Tended } from './closer.ts'
import { ColumnsThread } from './columns-thread.ts'
import { commit, isEmpty } from './commit.ts'
import { type Database, openDatabase } from './database.ts'
import { readCount, readDigest, readRaw } from './reading.ts'
import { readBuckets } from './reading-buckets.ts'
import { readColumns } from './reading-columns.ts'
import { readReadings } from './stored-readings.ts'
import { Tending } from './tending.ts'

export type { Part } from '../layout.ts'
export type { DuckdbSeriesOptions } from '../options.ts'
export type { KeptDays } from '../retention.ts'
export type { Tended } from './closer.ts'
export type { TornLog } from './torn-log.ts'

export interface DuckdbSeriesStore extends SeriesStore {
  /**
   * Turns old open tables into day files, merges small ones and removes those whose time has come: whatever is due. Done by itself once a minute; calls
   * join the round under way. `all` takes the table that is written to as well.
   */
  tend(all?: boolean): Promise<Tended>
}

/**
 * Opens the embedded series store. A write is one transaction of its readings and the numbers of its envelopes, on disk
 * (fsync) when it resolves. Errors: CIV_STORAGE_SERIES_UNAVAILABLE (retryable), CIV_STORAGE_SERIES_CLOSED.
 */
export async function openDuckdbSeries(options: DuckdbSeriesOptions): Promise<DuckdbSeriesStore> {
  const store = new DuckdbSeries(options)
  await store.count()
  return store
}

/** A day of so many by the minute is 8 MB. */
const seriesPerPage = 256
const hourMs = 3_600_000

class DuckdbSeries implements DuckdbSeriesStore {
  readonly #options: DuckdbSeriesOptions
  readonly #outage: Outage
  readonly #writing = new Turns()
  readonly #reading = new Turns()
  readonly #files: ColumnsThread
  #database: Promise<Database> | undefined
  readonly #tending: Tending
  readonly #kept: KeptDays
  /** The hour the table that is written to was begun in. */
  #hour = 0
  #closed = false

  constructor(options: DuckdbSeriesOptions) {
    this.#options = options
    this.#kept = { ...defaultKeptDays, ...options.keptDays }
    this.#outage = new Outage(options.clock)
    this.#files = new ColumnsThread(options.clock)
    this.#tending = new Tending({
      ...options,
      kept: this.#kept,
      database: () => this.#database,
      betweenReads: (work) => this.#betweenReads(work),
    })
  }

  write(batch: SettlementBatch): Promise<WriteOutcome> {
    return this.#inTurn(this.#writing, async (database) => {
      const now = this.#options.clock.now()
      const from = takenFrom(batch.envelopes, () => database.newest.at, this.#kept, now)
      const { envelopes, refused } = splitRefused(batch, ({ at }) => (at < from ? tooOld : undefined))
      const plan = database.catalogue.plan(envelopes)
      try {
        if (!isEmpty(plan)) {
          if (this.#tableIsOld(database)) await this.#begin(database)
          await commit(database, plan)
        }
        database.catalogue.keep()
      } catch (error) {
        database.catalogue.forget()
        await this.#rollback(database)
        throw error
      }
      return { refused }
    })
  }

  /** From memory: read from the tables at open, followed since. */
  latest(): Promise<readonly Reading[]> {
    return this.#inTurn(this.#reading, async ({ newest, catalogue }) =>
      newest.readings((series) => catalogue.series.nameOf(series)),
    )
  }

  range({ terminal, point, from, to, everyMs, limit = defaultLimit }: RangeQuery): Promise<readonly SeriesRow[]> {
    return this.#inTurn(this.#reading, async (database) => {
      const series = database.catalogue.series.find(terminal, point)
      if (series === undefined) return []
      const wanted = { series, from, to, limit }
      if (everyMs === undefined) return await readRaw(database, wanted)
      const energy = this.#options.energyMean?.(terminal, point) ?? false
      return await readBuckets(database, { ...wanted, everyMs, energy })
    })
  }

  readings({ series, to }: ReadingsQuery): Promise<StoredReadings> {
    return this.#inTurn(this.#reading, (database) => {
      const wanted = series.map(({ terminal, point, from }) => {
        const id = database.catalogue.series.find(terminal, point)
        return id === undefined ? undefined : { id, from }
      })
      return readReadings(database, wanted, to)
    })
  }

  /** Day by day, some hundred series at a time: other questions come in between. */
  async *columns({ series, from, to, everyMs }: ColumnsQuery): AsyncGenerator<BucketColumns> {
    for (let day = dayOf(from); day * dayMs < to; day++) {
      const stretch = { from: Math.max(from, day * dayMs), to: Math.min(to, (day + 1) * dayMs) }
      for (let first = 0; first < series.length; first += seriesPerPage)
        yield* await this.#columnsOf(series.slice(first, first + seriesPerPage), stretch, everyMs)
    }
  }

  #columnsOf(
    page: ColumnsQuery['series'],
    stretch: { readonly from: number; readonly to: number },
    everyMs: number,
  ): Promise<BucketColumns[]> {
    const { energyMean } = this.#options
    return this.#inTurn(this.#reading, async (database) => {
      const numberOf = (name: (typeof page)[number]) => database.catalogue.series.find(name.terminal, name.point) ?? []
      const ids = page.flatMap(numberOf).sort((a, b) => a - b)
      const energy = page.filter(({ terminal, point }) => energyMean?.(terminal, point)).flatMap(numberOf)
      return ids.length === 0 ? [] : await readColumns(database, this.#files, { ids, ...stretch }, everyMs, energy)
    })
  }

  digest(stretch: { readonly from: number; readonly to: number }): Promise<readonly SeriesDigest[]> {
    return this.#inTurn(this.#reading, (database) => readDigest(database, stretch))
  }

  envelopes(): Promise<readonly SpoolEnvelopes[]> {
    return this.#inTurn(this.#reading, async ({ catalogue }) => catalogue.envelopes())
  }

  count(): Promise<number> {
    return this.#inTurn(this.#reading, readCount)
  }

  async tend(all = false): Promise<Tended> {
    if (all) {
      await this.#tending.idle()
      await this.#inTurn(this.#writing, (database) => this.#begin(database))
    }
    return await this.#tending.round()
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#tending.end()
    const ends = [await this.#writing.take(), await this.#reading.take()]
    try {
      await this.#files.end()
      const database = await this.#database
      // So that the next start need not replay the log; without it everything is still there.
      await database?.writer.run('CHECKPOINT')
      database?.close()
    } finally {
      for (const end of ends) end()
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** One write and one read at a time: DuckDB queues a connection's calls by blocking threads Node needs elsewhere. */
  async #inTurn<T>(turns: Turns, work: (database: Database) => Promise<T>): Promise<T> {
    if (this.#closed) throw closedError()
    const end = await turns.take()
    try {
      if (this.#closed) throw closedError()
      const result = await this.#attempt(work)
      this.#outage.recovered()
      return result
    } finally {
      end()
    }
  }

  async #betweenReads<T>(work: () => Promise<T>): Promise<T> {
    const end = await this.#reading.take()
    try {
      return await work()
    } finally {
      end()
    }
  }

  async #attempt<T>(work: (database: Database) => Promise<T>): Promise<T> {
    this.#database ??= this.#open()
    try {
      return await work(await this.#database)
    } catch (error) {
      // A defect of ours is no outage: it must not be tried again for ever.
      if (error instanceof TypeError || error instanceof RangeError) throw error
      throw this.#outage.failed('DuckDB', error)
    }
  }

  async #open(): Promise<Database> {
    try {
      const { folder, memoryLimitMb = 256, onTornLog, onLostFile } = this.#options
      const told = { ...(onTornLog && { onTornLog }), ...(onLostFile && { onLostFile }) }
      const database = await openDatabase({ folder, memoryLimitMb, ...told })
      this.#hour = this.#hourNow()
      return database
    } catch (error) {
      this.#database = undefined
      throw error
    }
  }

  #tableIsOld({ currentRows }: Database): boolean {
    const { openTableRows = rowsPerFile } = this.#options
    return currentRows >= openTableRows || (currentRows > 0 && this.#hour !== this.#hourNow())
  }

  /** Begins the next open table; the closer may have the others. */
  async #begin(database: Database): Promise<void> {
    const next = database.layout.current + 1
    await database.writer.run(openTable(next))
    database.layout = database.layout.withTable(next)
    database.currentRows = 0
    this.#hour = this.#hourNow()
    this.#tending.soon()
  }

  #hourNow(): number {
    return Math.floor(this.#options.clock.now() / hourMs)
  }

  /** A file DuckDB has given up on (disk full in mid-commit) answers nothing more until it is opened again. */
  async #rollback(database: Database): Promise<void> {
    try {
      await database.writer.run('ROLLBACK')
      await database.writer.run('SELECT 1')
    } catch {
      await this.#tending.interrupt()
      const end = await this.#reading.take()
      database.close()
      this.#database = undefined
      end()
    }
  }
}
