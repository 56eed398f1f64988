// Fills a series store with days of one-minute rollups of many series by SQL: the files its closer would have left behind.
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@civitals/contracts/system-clock'
import { openDuckdbSeries } from '@civitals/storage/duckdb'
import { DuckDBInstance } from '@duckdb/node-api'

const dayMs = 86_400_000

export interface Name {
  readonly terminal: string
  readonly point: string
  /** Around this the values wander. */
  readonly level: number
  /** A sound level, whose energies are summed. */
  readonly energy: boolean
}

/** Returns how many rows there are. `to` is the end of a day (UTC). */
export async function fillMinutes(folder: string, names: readonly Name[], days: number, to: number): Promise<number> {
  await (await openDuckdbSeries({ folder, clock: systemClock })).close()
  mkdirSync(join(folder, 'days'), { recursive: true })
  const instance = await DuckDBInstance.create(join(folder, 'series.duckdb'), { memory_limit: '1GB' })
  const connection = await instance.connect()
  await connection.run('CREATE TEMP TABLE level (series INTEGER, level DOUBLE, energy BOOLEAN)')
  for (const [id, { terminal, point, level, energy }] of names.entries()) {
    await connection.run(`INSERT INTO series VALUES (${id}, '${terminal}', '${point}')`)
    await connection.run(`INSERT INTO level VALUES (${id}, ${level}, ${energy})`)
  }
  let rows = 0
  for (let day = to / dayMs - days; day < to / dayMs; day++) {
    const file = `bench-minute-${day}.parquet`
    const path = join(folder, 'days', file)
    const done = await connection.run(
      `COPY (${minutesOf(day)}) TO '${path}' (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, ROW_GROUP_SIZE 20480)`,
    )
    rows += Number(done.rowsChanged)
    const [from, last] = [day * dayMs, (day + 1) * dayMs - 60_000]
    const bounds = `0, ${names.length - 1}, ${from}, ${last}, ${to}`
    const part = `'${file}', 'minute', ${day}, 1, 100, ${Number(done.rowsChanged)}, ${statSync(path).size}`
    await connection.run(`INSERT INTO part VALUES (${part}, ${bounds}, ${day})`)
  }
  await connection.run('CHECKPOINT')
  connection.closeSync()
  instance.closeSync()
  return rows
}

/** Twelve readings a minute about a level that goes up and down with the day. */
const minutesOf = (day: number): string => `
  SELECT series, start, 12::INTEGER AS count, 12 * mean AS sum, CASE WHEN energy THEN 12 * pow(10, mean / 10) END AS energy,
    mean - 0.2 AS min, mean + 0.2 AS max, mean AS last, 0::UTINYINT AS quality
  FROM (SELECT series, energy, start, round(level * (1 + 0.2 * sin(start / 1.4e7 + series)) + (hash(series + start) % 16) / 10.0, 1) AS mean
    FROM level, range(${day * dayMs}, ${(day + 1) * dayMs}, 60000) minutes(start))
  ORDER BY series, start`
