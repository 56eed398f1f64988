import type { Clock } from '@civitals/contracts/clock'
import { CivitalsError } from '@civitals/contracts/errors'
import { qualityOfCode } from '@civitals/contracts/quality'
import type { Reading } from '@civitals/contracts/reading'
import type { SettlementBatch } from '@civitals/contracts/settlement'
import { bucketRows, defaultLimit, type EnergyMean } from '../../bucket.ts'
import { Gathering } from '../../gathering.ts'
import { closedError, Outage } from '../../outage.ts'
import type {
  GroupOf,
  RangeQuery,
  ReadingsQuery,
  SeriesDigest,
  SeriesRow,
  SeriesStore,
  StoredReadings,
  WriteOutcome,
} from '../../port.ts'
import { splitRefused } from '../../refusal.ts'
import { type Dialect, dialectOf, type Login, type Release } from '../dialect.ts'
import { digestQuery, digestsOf } from '../digest.ts'
import {
  bucketQuery,
  type Column,
  countQuery,
  flaggedQuery,
  identifier,
  latestQuery,
  rawOfMany,
  rawQuery,
  type Stretch,
} from '../influxql.ts'
import { newestOf } from '../latest.ts'
import { type Line, linesOf, slicesOf } from '../line-protocol.ts'
import { namesChecked } from '../names.ts'
import { furthestMs, takePage, togetherAsked } from '../readings.ts'
import { type LineAnswer, settleLines } from '../settle-lines.ts'
import { InFlight } from './in-flight.ts'
import { EngineBusy, LineWriter, linesPerRequest } from './line-writer.ts'
import { QueryClient, type QueryTable } from './query-client.ts'

export interface InfluxdbSeriesOptions {
  /** `http://host:8086` of an InfluxDB, or of anything that speaks its write path and InfluxQL. */
  readonly url: string
  readonly database: string
  /** 2.x only. */
  readonly org?: string
  /** What it speaks. Default 1. */
  readonly release?: Release
  readonly login?: Login
  readonly groupOf: GroupOf
  readonly clock: Clock
  readonly energyMean?: EnergyMean
  /** How long one request may take. Default 30 s. */
  readonly timeoutMs?: number
}

/**
 * Opens a series store on InfluxDB: measurement = group of the terminal, tag `terminal`, a float field per point, an integer
 * field `<point>_q` when the quality is not good. Errors: CIV_STORAGE_SERIES_UNAVAILABLE (retryable),
 * CIV_STORAGE_SERIES_DENIED, CIV_STORAGE_SERIES_CLOSED.
 */
export async function openInfluxdbSeries(options: InfluxdbSeriesOptions): Promise<SeriesStore> {
  const store = new InfluxdbSeries(options)
  await store.prepare()
  return store
}

/** Rows asked for at once: parsing them stays far below the 50 ms the main loop may be held. */
const pageRows = 10_000
/** Readings turned into lines at once, for the same reason. */
const readingsPerSlice = 10_000

class InfluxdbSeries implements SeriesStore {
  readonly #options: InfluxdbSeriesOptions
  readonly #outage: Outage
  readonly #dialect: Dialect
  readonly #query: QueryClient
  readonly #lines: LineWriter
  #closed = false

  constructor(options: InfluxdbSeriesOptions) {
    this.#options = options
    this.#outage = new Outage(options.clock)
    const { url, database, login = {}, release = '1', timeoutMs = 30_000 } = options
    this.#dialect = dialectOf(release)
    const authorization = this.#dialect.authorization.is(login)
    const client = { url, timeoutMs, headers: authorization === undefined ? {} : { authorization } }
    this.#query = new QueryClient({ ...client, database, path: this.#dialect.queryPath.is })
    this.#lines = new LineWriter({
      ...client,
      path: this.#dialect.writePath.is(options),
      refusesLinesBy: this.#dialect.refusesLinesBy.is,
    })
  }

  /** Makes the database where we may; elsewhere asks something, so that a wrong address or login is told at the start. */
  prepare(): Promise<void> {
    const { database } = this.#options
    const makes = this.#dialect.makesDatabase.is
    return this.#attempt(async () => {
      await this.#query.ask(makes ? `CREATE DATABASE ${identifier(database)}` : 'SHOW DATABASES')
    })
  }

  async write(batch: SettlementBatch, signal?: AbortSignal): Promise<WriteOutcome> {
    const { groupOf } = this.#options
    const refusalOf = namesChecked(groupOf)
    const { envelopes, refused } = splitRefused(batch, (one) => {
      const reason = refusalOf(one)
      return reason === undefined ? undefined : { reason }
    })
    return await this.#attempt(async () => {
      const flight = new InFlight((lines) => settleLines(lines, (some) => this.#send(some, signal)))
      for (const slice of slicesOf(envelopes, readingsPerSlice)) {
        const lines = linesOf(slice, groupOf)
        for (let from = 0; from < lines.length; from += linesPerRequest) {
          await flight.add(lines.slice(from, from + linesPerRequest))
        }
      }
      return { refused: [...refused, ...(await flight.all())] }
    })
  }

  latest(): Promise<readonly Reading[]> {
    return this.#attempt(async () => {
      const latest: Reading[] = []
      for (const column of await this.#columns()) {
        const [values = [], flags = []] = await this.#query.ask(latestQuery(column))
        latest.push(...newestOf(column.point, values, flags))
      }
      return latest
    })
  }

  range({ terminal, point, from, to, everyMs, limit = defaultLimit }: RangeQuery): Promise<readonly SeriesRow[]> {
    const stretch: Stretch = {
      measurement: this.#options.groupOf(terminal),
      terminal,
      point,
      from: Math.ceil(Math.max(from, -furthestMs)),
      to: Math.ceil(Math.min(to, furthestMs)),
    }
    return this.#attempt(async () => {
      if (everyMs === undefined) return await this.#raw(stretch, limit)
      const energy = this.#options.energyMean?.(terminal, point) ?? false
      if (!energy && (await this.#allGood(stretch))) return await this.#buckets(stretch, everyMs, limit)
      const rows = await this.#raw(stretch, Number.POSITIVE_INFINITY)
      return bucketRows(rows, everyMs, energy).slice(0, limit)
    })
  }

  /** Some terminals at a time, of one point and over one stretch, page by page. */
  readings({ series, to }: ReadingsQuery): Promise<StoredReadings> {
    const end = Math.ceil(Math.min(to, furthestMs))
    return this.#attempt(async () => {
      const found = new Gathering(series.length)
      for (const some of togetherAsked(series, this.#options.groupOf)) {
        let open = some.series
        while (open.length > 0) {
          const limit = Math.floor(pageRows / open.length)
          const from = Math.min(...open.map((one) => one.from))
          const terminals = open.map(({ terminal }) => terminal)
          const [tables = []] = await this.#query.ask(rawOfMany(some, terminals, from, end, limit))
          open = takePage(found, open, tables, limit)
        }
      }
      return found.readings()
    })
  }

  digest(stretch: { readonly from: number; readonly to: number }): Promise<readonly SeriesDigest[]> {
    const from = Math.ceil(Math.max(stretch.from, -furthestMs))
    const to = Math.ceil(Math.min(stretch.to, furthestMs))
    return this.#attempt(async () => {
      const digests: SeriesDigest[] = []
      for (const column of await this.#columns()) {
        const [values = [], flags = []] = await this.#query.ask(digestQuery(column, from, to))
        digests.push(...digestsOf(column.point, values, flags))
      }
      return digests
    })
  }

  count(): Promise<number> {
    return this.#attempt(async () => {
      let count = 0
      for (const column of await this.#columns()) {
        const [values = 0, flags = 0, both = 0] = (await this.#query.ask(countQuery(column))).map(countIn)
        count += values + flags - both
      }
      return count
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#lines.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw closedError()
    try {
      const result = await work()
      this.#outage.recovered()
      return result
    } catch (error) {
      if (error instanceof CivitalsError) throw error
      throw this.#outage.failed('InfluxDB', error, error instanceof EngineBusy ? error.retryAfterMs : 0)
    }
  }

  /** Someone may drop the database under us: made again where we may, the batch goes in. */
  async #send(lines: readonly Line[], signal?: AbortSignal): Promise<LineAnswer> {
    try {
      return await this.#lines.send(lines, signal)
    } catch (error) {
      if (!(error instanceof Error && /database not found/.test(error.message))) throw error
      await this.prepare()
      return await this.#lines.send(lines, signal)
    }
  }

  async #raw(stretch: Stretch, limit: number): Promise<SeriesRow[]> {
    const rows: SeriesRow[] = []
    let from = stretch.from
    while (rows.length < limit && from < stretch.to) {
      const asked = Math.min(pageRows, limit - rows.length)
      const [tables = []] = await this.#query.ask(rawQuery({ ...stretch, from }, asked))
      const page = (tables[0]?.values ?? []).map(rawRow)
      rows.push(...page)
      if (page.length < asked) break
      from = (page.at(-1)?.at ?? stretch.to) + 1
    }
    return rows
  }

  async #allGood(stretch: Stretch): Promise<boolean> {
    const [tables = []] = await this.#query.ask(flaggedQuery(stretch))
    return countIn(tables) === 0
  }

  async #buckets(stretch: Stretch, everyMs: number, limit: number): Promise<readonly SeriesRow[]> {
    const [tables = []] = await this.#query.ask(bucketQuery(stretch, everyMs, limit))
    return (tables[0]?.values ?? []).map(([at, mean, count, min, max]) => ({
      at: Number(at),
      value: Number(mean),
      quality: 'good',
      count: Number(count),
      min: Number(min),
      max: Number(max),
    }))
  }

  /** Every point of every group, by the fields there are: floats are points, `_q` integers their flags. */
  async #columns(): Promise<readonly Column[]> {
    const [tables = []] = await this.#query.ask('SHOW FIELD KEYS')
    return tables.flatMap(({ name, values }) => {
      const points = new Set<string>()
      for (const [key, type] of values) {
        if (type === 'float') points.add(String(key))
        else if (type === 'integer' && String(key).endsWith('_q')) points.add(String(key).slice(0, -2))
      }
      return [...points].map((point) => ({ measurement: name, point }))
    })
  }
}

const countIn = (tables: readonly QueryTable[]): number => Number(tables[0]?.values[0]?.[1] ?? 0)

const rawRow = ([at, value, code]: readonly (string | number | null)[]): SeriesRow => ({
  at: Number(at),
  value: typeof value === 'number' ? value : null,
  quality: qualityOfCode(Number(code ?? 0)),
})
