import type { Clock } from '@civitals/contracts/clock'
import { qualityOfCode } from '@civitals/contracts/quality'
import type { Reading } from '@civitals/contracts/reading'
import type { SettlementBatch } from '@civitals/contracts/settlement'
import { BIGINT, type DuckDBValue } from '@duckdb/node-api'
import { Turns } from '../../../turns.ts'
import { defaultLimit, type EnergyMean } from '../../bucket.ts'
import { closedError, Outage } from '../../outage.ts'
import type { RangeQuery, SeriesDigest, SeriesRow, SeriesStore, WriteOutcome } from '../../port.ts'
import { splitRefused } from '../../refusal.ts'
import type { Catalogue, WritePlan } from '../catalogue.ts'
import { digestQuery } from '../digest-query.ts'
import { bucketQuery, rawQuery } from '../range-query.ts'
import { deleteAgain, latestQuery } from '../schema.ts'
import { appendKeys, appendNames, appendReadings, appendRuns } from './appending.ts'
import { type Database, openDatabase } from './database.ts'
import type { TornLog } from './torn-log.ts'

export type { TornLog } from './torn-log.ts'

export interface DuckdbSeriesOptions {
  /** Made if need be; one process at a time may have it open. */
  readonly folder: string
  /** Memory DuckDB may use for itself, MB. Default 256. */
  readonly memoryLimitMb?: number
  /** Threads of DuckDB's own pool. Default 2. */
  readonly threads?: number
  readonly clock: Clock
  readonly energyMean?: EnergyMean
  /** Told when a power loss had torn the end of the log, which was cut off; nothing that was durable is in it. */
  readonly onTornLog?: (torn: TornLog) => void
}

/**
 * Opens the embedded series store. A write is one transaction of its readings and the numbers of its envelopes, on disk
 * (fsync) when it resolves. Errors: CIV_STORAGE_SERIES_UNAVAILABLE (retryable), CIV_STORAGE_SERIES_CLOSED.
 */
export async function openDuckdbSeries(options: DuckdbSeriesOptions): Promise<SeriesStore> {
  const store = new DuckdbSeries(options)
  await store.count()
  return store
}

/** `settled` is rewritten in its shortest form when it has so many rows and so many times more than it needs. */
const rewriteFromRows = 5000
const rewriteFromFactor = 4

class DuckdbSeries implements SeriesStore {
  readonly #options: DuckdbSeriesOptions
  readonly #outage: Outage
  readonly #writing = new Turns()
  readonly #reading = new Turns()
  #database: Promise<Database> | undefined
  #runRows = 0
  #closed = false

  constructor(options: DuckdbSeriesOptions) {
    this.#options = options
    this.#outage = new Outage(options.clock)
  }

  write(batch: SettlementBatch): Promise<WriteOutcome> {
    const { envelopes, refused } = splitRefused(batch)
    return this.#inTurn(this.#writing, async (database) => {
      const plan = database.catalogue.plan(envelopes)
      try {
        await this.#commit(database, plan)
        database.catalogue.keep()
      } catch (error) {
        database.catalogue.forget()
        await this.#rollback(database)
        throw error
      }
      return { refused }
    })
  }

  latest(): Promise<readonly Reading[]> {
    return this.#inTurn(this.#reading, async ({ reader, catalogue }) => {
      const newest = new Map<number, Reading>()
      for await (const rows of (await reader.run(latestQuery)).yieldRows()) {
        for (const row of rows) {
          const reading = readingOf(row, catalogue)
          if (reading) newest.set(Number(row[0]), reading)
        }
      }
      return [...newest.values()]
    })
  }

  range({ terminal, point, from, to, everyMs, limit = defaultLimit }: RangeQuery): Promise<readonly SeriesRow[]> {
    return this.#inTurn(this.#reading, async ({ reader, catalogue }) => {
      const series = catalogue.series.find(terminal, point)
      if (series === undefined) return []
      const sql = everyMs === undefined ? rawQuery : bucketQuery(this.#options.energyMean?.(terminal, point) ?? false)
      const numbers = [series, from, to, limit, ...(everyMs === undefined ? [] : [everyMs])]
      const values = numbers.map((number) => BigInt(wholeAtLeast(number)))
      const types = values.map(() => BIGINT)
      const found: SeriesRow[] = []
      // Chunk by chunk (2048 rows), so that a day of a series does not hold the main loop.
      for await (const rows of (await reader.run(sql, values, types)).yieldRows()) {
        for (const row of rows) found.push(everyMs === undefined ? rawRow(row) : bucketRow(row))
      }
      return found
    })
  }

  digest({ from, to }: { readonly from: number; readonly to: number }): Promise<readonly SeriesDigest[]> {
    return this.#inTurn(this.#reading, async ({ reader, catalogue }) => {
      const bounds = [from, to].map((number) => BigInt(wholeAtLeast(number)))
      const found: SeriesDigest[] = []
      for await (const rows of (await reader.run(digestQuery, bounds, [BIGINT, BIGINT])).yieldRows()) {
        for (const [series, values, marked, sum] of rows) {
          const [terminal, point] = catalogue.series.nameOf(Number(series)) ?? []
          if (terminal === undefined || point === undefined) continue
          found.push({ terminal, point, values: Number(values), marked: Number(marked), sum: Number(sum) })
        }
      }
      return found
    })
  }

  count(): Promise<number> {
    return this.#inTurn(this.#reading, async ({ reader }) => {
      const [row] = (await reader.runAndReadAll('SELECT count(*) FROM reading')).getRows()
      return Number(row?.[0] ?? 0)
    })
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const ends = [await this.#writing.take(), await this.#reading.take()]
    try {
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
      const { folder, memoryLimitMb = 256, threads = 2, onTornLog } = this.#options
      const database = await openDatabase({ folder, memoryLimitMb, threads, ...(onTornLog && { onTornLog }) })
      this.#runRows = database.runRows
      return database
    } catch (error) {
      this.#database = undefined
      throw error
    }
  }

  async #commit(database: Database, plan: WritePlan): Promise<void> {
    const { writer } = database
    if (plan.runs.length === 0 && plan.again.series.length === 0) return
    await writer.run('BEGIN')
    await appendNames(writer, 'series', plan.series)
    await appendNames(writer, 'spool', plan.spools)
    const rows = await this.#shorten(database)
    await appendRuns(writer, plan.runs)
    await appendReadings(writer, plan.fresh)
    if (plan.again.series.length > 0) {
      await writer.run('DELETE FROM again')
      await appendKeys(writer, plan.again)
      await writer.run(deleteAgain)
      await appendReadings(writer, plan.again)
    }
    await writer.run('COMMIT')
    this.#runRows = rows + plan.runs.length
  }

  /** Runs written one by one, batch after batch, as the few they have grown into. Returns the rows there are then. */
  async #shorten({ writer, catalogue }: Database): Promise<number> {
    if (this.#runRows < Math.max(rewriteFromRows, rewriteFromFactor * catalogue.runCount)) return this.#runRows
    const runs = catalogue.runs()
    await writer.run('DELETE FROM settled')
    await appendRuns(writer, runs)
    return runs.length
  }

  /** A file DuckDB has given up on (disk full in mid-commit) answers nothing more until it is opened again. */
  async #rollback(database: Database): Promise<void> {
    try {
      await database.writer.run('ROLLBACK')
      await database.writer.run('SELECT 1')
    } catch {
      const end = await this.#reading.take()
      database.close()
      this.#database = undefined
      end()
    }
  }
}

const wholeAtLeast = (number: number): number =>
  Math.ceil(Math.min(Math.max(number, -Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER))

const numberOrNull = (value: DuckDBValue | undefined): number | null => (typeof value === 'number' ? value : null)

function readingOf([series, at, value, quality]: readonly DuckDBValue[], catalogue: Catalogue): Reading | undefined {
  const name = catalogue.series.nameOf(Number(series))
  if (!name) return undefined
  const [terminal, point] = name
  return { terminal, point, at: Number(at), value: numberOrNull(value), quality: qualityOfCode(Number(quality)) }
}

const rawRow = ([at, value, quality]: readonly DuckDBValue[]): SeriesRow => ({
  at: Number(at),
  value: numberOrNull(value),
  quality: qualityOfCode(Number(quality)),
})

function bucketRow(row: readonly DuckDBValue[]): SeriesRow {
  const [, , , counted, min, max] = row
  const count = Number(counted)
  return { ...rawRow(row), count, ...(count > 0 && { min: Number(min), max: Number(max) }) }
}
