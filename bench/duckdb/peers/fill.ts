// Fills a series store with the past of many series by SQL, as open tables that its closer then turns into day files: what writing it reading by
// reading would have left behind, in minutes instead of hours.
import { join } from 'node:path'
import { systemClock } from '@civitals/contracts/system-clock'
import { openDuckdbSeries } from '@civitals/storage/duckdb'
import { DuckDBInstance } from '@duckdb/node-api'
import { tableName } from '../../../storage/series/duckdb/rows-query.ts'
import { openTable } from '../../../storage/series/duckdb/schema.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const pointsPerTerminal = 10

export interface Past {
  readonly series: number
  /** Every so many series reports each second in the newest two days, the others each five minutes; all each hour before. */
  readonly fastEach: number
  readonly days: number
  /** Where it ends; readings come in from there on. */
  readonly now: number
}

export const nameOf = (series: number): { terminal: string; point: string } => ({
  terminal: `t${Math.floor(series / pointsPerTerminal)}`,
  point: `p${series % pointsPerTerminal}`,
})

/** One open table a day, one an hour in the newest two days. Returns how many readings there are. */
export async function fillPast(folder: string, past: Past): Promise<number> {
  await (await openDuckdbSeries({ folder, clock: systemClock })).close()
  const instance = await DuckDBInstance.create(join(folder, 'series.duckdb'), { memory_limit: '1GB' })
  const connection = await instance.connect()
  await connection.run(
    `INSERT INTO series SELECT i, 't' || (i // ${pointsPerTerminal}), 'p' || (i % ${pointsPerTerminal}) FROM range(${past.series}) s(i)`,
  )
  const today = Math.floor(past.now / dayMs) * dayMs
  const recent = today - dayMs
  let [table, rows] = [1, 0]
  const add = async (from: number, to: number, everyMs: number, which: string): Promise<void> => {
    const done = await connection.run(insertion(table, past.series, from, Math.min(to, past.now), everyMs, which))
    rows += Number(done.rowsChanged)
  }
  const next = async (): Promise<void> => {
    await connection.run(openTable(++table))
  }
  for (let day = today - past.days * dayMs; day < recent; day += dayMs) {
    await add(day, day + dayMs, hourMs, 'true')
    await next()
  }
  for (let hour = recent; hour < past.now; hour += hourMs) {
    await add(hour, hour + hourMs, 1_000, `series % ${past.fastEach} = 0`)
    await add(hour, hour + hourMs, 300_000, `series % ${past.fastEach} <> 0`)
    await next()
  }
  connection.closeSync()
  instance.closeSync()
  return rows
}

/** In order of time, as readings arrive, within 40 ms of the period; values with one decimal that wander and flicker. */
const insertion = (table: number, series: number, from: number, to: number, everyMs: number, which: string): string => `
  INSERT INTO ${tableName(table)}
  SELECT series, instant + (hash(series * 7 + instant) % 40)::BIGINT,
    round(50 + 20 * sin(instant / 3.6e6 + series) + (hash(series + instant) % 16) / 10.0, 1), 0
  FROM range(${from}, ${to}, ${everyMs}) times(instant), (SELECT i::INTEGER AS series FROM range(${series}) s(i) WHERE ${which})`
