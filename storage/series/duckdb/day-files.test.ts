import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FakeClock } from '@civitals/contracts/clock'
import type { Reading } from '@civitals/contracts/reading'
import { DuckDBInstance } from '@duckdb/node-api'
import t, { type Test } from 'tap'
import { type DuckdbSeriesOptions, openDuckdbSeries } from './io/duckdb.ts'

const hour = 3_600_000
const day = 24 * hour
const midnight = Date.UTC(2026, 5, 12)

const reading = (at: number, value: number, terminal = 'air-1'): Reading => ({
  ...{ terminal, point: 'pm25', at, value, quality: 'good' },
})

async function opened(t: Test, options: Partial<DuckdbSeriesOptions> = {}, at = midnight + 9 * hour) {
  const clock = new FakeClock(at)
  const folder = t.testdir()
  const store = await openDuckdbSeries({ folder, clock, ...options })
  t.teardown(() => store.close())
  let seq = 0
  const write = (...readings: Reading[]) =>
    store.write({ envelopes: [{ gateway: 'g', spool: 's', seq: ++seq, readings }], receivedAt: 0 })
  const values = async (everyMs?: number, terminal = 'air-1') => {
    const asked = {
      terminal,
      point: 'pm25',
      from: 0,
      to: midnight + 99 * day,
      ...(everyMs !== undefined && { everyMs }),
    }
    return (await store.range(asked)).map(({ value }) => value)
  }
  return { store, clock, folder, write, values, files: () => readdirSync(join(folder, 'days')).sort() }
}

/** A minute of every hour of a day, four readings each. */
const dayOf = (start: number, value: number): Reading[] =>
  Array.from({ length: 96 }, (_, place) => reading(start + Math.floor(place / 4) * hour + (place % 4) * 15_000, value))

t.test('an hour that is over goes into a file of its day when the next one is written to', async (t) => {
  const { store, clock, write, values, files } = await opened(t, {}, midnight)
  await write(reading(midnight, 1), reading(midnight - 1, 0))
  t.same(await store.tend(), { closedTables: 0, mergedFiles: 0, expiredFiles: 0 })
  clock.stepWall(hour)
  await write(reading(midnight + hour, 2))
  await store.tend()
  t.same(files(), ['2026-06-11-raw-1.parquet', '2026-06-12-raw-2.parquet'])
  t.same(await values(), [0, 1, 2])
})

t.test('a table is begun within the hour when one is full', async (t) => {
  const { store, write, files } = await opened(t, { openTableRows: 2 })
  for (const value of [1, 2, 3, 4, 5]) await write(reading(midnight + value, value))
  await store.tend()
  t.equal(files().length, 2)
  t.equal(await store.count(), 5)
})

t.test(
  'a day that is over becomes one file with its rollups; what came late amends them at the next merge',
  async (t) => {
    const { store, clock, write, values, files } = await opened(t)
    await write(...dayOf(midnight, 10))
    await store.tend(true)
    await write(reading(midnight + 12 * hour + 50_000, 110))
    await store.tend(true)
    t.equal(files().length, 2, 'two files while the day goes on')
    clock.stepWall(17 * hour)
    await store.tend()
    const names = files().map((name) => name.replace(/-\d+\.parquet$/, ''))
    t.same(names, ['2026-06-12-hour', '2026-06-12-minute', '2026-06-12-raw'])
    t.equal((await values(hour))[12], 30, 'mean of four times 10 and 110')
    await write(reading(midnight + 12 * hour + 51_000, 130))
    const late = (10 * 4 + 110 + 130) / 6
    t.equal((await values(hour))[12], late, 'not merged yet, read already')
    await store.tend(true)
    t.equal((await values(hour))[12], late)
    t.equal(files().length, 4, 'a few late readings wait')
    clock.stepWall(day)
    await store.tend()
    t.equal(files().length, 3)
    t.same(await values(hour), [...Array(12).fill(10), late, ...Array(11).fill(10)])
  },
)

t.test('a file goes as a whole when its time has come, the hours later than the readings', async (t) => {
  const { store, clock, write, values, files } = await opened(t, { keptDays: { raw: 3, minute: 3, hour: 30 } })
  await write(...dayOf(midnight, 10))
  clock.stepWall(2 * day)
  await write(...dayOf(midnight + day, 20))
  await store.tend(true)
  t.equal(files().length, 6)
  clock.stepWall(1000 * day)
  t.equal((await store.tend()).expiredFiles, 0, 'a clock that is wrong removes nothing')
  clock.stepWall(-998 * day)
  await write(reading(midnight + 4 * day, 30))
  t.equal((await store.tend(true)).expiredFiles, 2)
  t.equal(await store.count(), 97)
  t.same(await values(hour), [...Array(24).fill(10), ...Array(24).fill(20), 30])
  t.same(await values(30_000), [...Array(48).fill(20), 30], 'readings of the first day are gone')
  clock.stepWall(60 * day)
  await write(reading(midnight + 64 * day, 40, 'air-2'))
  await store.tend(true)
  t.same(
    [...new Set(files().map((name) => name.slice(0, 10)))],
    ['2026-08-15'],
    'of the others even the hours are gone: their month is over for 30 days',
  )
  const latest = (await store.latest()).map(({ terminal, value }) => [terminal, value])
  t.same(
    latest,
    [
      ['air-1', 30],
      ['air-2', 40],
    ],
    'the newest is known all the same',
  )
})

t.test(
  'a reading of a day that is not kept any more is refused as too old when it comes, not dropped later',
  async (t) => {
    const { clock, write, values, store } = await opened(t, { keptDays: { raw: 3 } })
    const refusedOf = async (...readings: Reading[]) => (await write(...readings)).refused
    t.same(await refusedOf(reading(midnight - 9 * day, 1)), [], 'a store whose newest is old keeps old ones')
    const gone = reading(midnight - 3 * day - 1, 2)
    const refused = await refusedOf(reading(midnight, 3), gone, reading(midnight - 3 * day, 4))
    t.match(refused, [{ gateway: 'g', spool: 's', seq: 2, reading: gone, reason: /older/, tooOld: true }])
    t.equal(refused.length, 1)
    await store.tend(true)
    t.same(await values(), [4, 3], 'what was taken is kept')
    clock.stepWall(500 * day)
    const late = reading(midnight - 2 * day, 5)
    t.same(await refusedOf(late), [], 'a clock that is wrong refuses nothing')
  },
)

t.test('eight files of a day that goes on become one', async (t) => {
  const { store, write, files, values } = await opened(t)
  for (let value = 1; value <= 8; value++) {
    await write(reading(midnight + value, value))
    await store.tend(true)
  }
  t.equal(files().length, 1)
  t.same(await values(), [1, 2, 3, 4, 5, 6, 7, 8])
})

t.test('what came again counts once, wherever the first one lies', async (t) => {
  const { store, values } = await opened(t)
  const envelope = (value: number) => ({ gateway: 'g', spool: 's', seq: 1, readings: [reading(midnight, value)] })
  const write = (value: number) => store.write({ envelopes: [envelope(value)], receivedAt: 0 })
  const stretch = { from: midnight, to: midnight + 1 }
  for (const value of [1, 2, 3]) {
    await write(value)
    t.equal(await store.count(), 1)
    t.match(await store.digest(stretch), [{ values: 1, sum: value }])
    await store.tend(true)
    t.equal(await store.count(), 1)
    t.match(await store.digest(stretch), [{ values: 1, sum: value }])
  }
  t.same(await values(), [3])
})

t.test('files no table names are removed at open, a file that is gone is told', async (t) => {
  const { store, folder, clock, write, files } = await opened(t)
  await write(reading(midnight, 1))
  await store.tend(true)
  await write(reading(midnight + day, 2))
  await store.tend(true)
  await store.close()
  writeFileSync(join(folder, 'days', 'unfinished-2026-06-12-raw-9.parquet'), 'x')
  writeFileSync(join(folder, 'days', '2026-06-12-raw-8.parquet'), 'x')
  rmSync(join(folder, 'days', '2026-06-12-raw-1.parquet'))
  const lost: string[] = []
  await using again = await openDuckdbSeries({ folder, clock, onLostFile: ({ file }) => lost.push(file) })
  t.same(lost, ['2026-06-12-raw-1.parquet'])
  t.same(files(), ['2026-06-13-raw-2.parquet'])
  t.equal(await again.count(), 1)
})

t.test('the one table of earlier versions is taken over', async (t) => {
  const folder = t.testdir()
  const instance = await DuckDBInstance.create(join(folder, 'series.duckdb'))
  const connection = await instance.connect()
  for (const statement of [
    'CREATE TABLE series (id INTEGER NOT NULL, terminal VARCHAR NOT NULL, point VARCHAR NOT NULL)',
    "INSERT INTO series VALUES (0, 'air-1', 'pm25')",
    'CREATE TABLE reading (series INTEGER NOT NULL, time_ms BIGINT NOT NULL, value DOUBLE, quality UTINYINT NOT NULL)',
    `INSERT INTO reading VALUES (0, ${midnight}, 1.5, 0), (0, ${midnight - 1}, 0.5, 0)`,
  ])
    await connection.run(statement)
  connection.closeSync()
  instance.closeSync()
  await using store = await openDuckdbSeries({ folder, clock: new FakeClock() })
  const both = { terminal: 'air-1', point: 'pm25', from: 0, to: midnight + 1 }
  for (const place of ['open', 'closed']) {
    t.match(await store.range(both), [{ value: 0.5 }, { value: 1.5 }], place)
    t.match(await store.latest(), [{ at: midnight, value: 1.5 }])
    await store.tend(true)
  }
})

t.test(
  'hours of the days of a month stand together; what comes late to one of them counts at once, and again when they are joined',
  async (t) => {
    const { store, clock, folder, write, values, files } = await opened(t)
    const hours = () =>
      files()
        .filter((name) => name.includes('-hour-'))
        .map((name) => name.slice(0, 10))
    for (const place of [0, 1, 2]) await write(...dayOf(midnight + place * day, 10 * (place + 1)))
    clock.stepWall(3 * day)
    await store.tend(true)
    t.same(hours(), ['2026-06-12', '2026-06-13', '2026-06-14'], 'a few days stand alone')
    await write(...dayOf(midnight + 3 * day, 40))
    clock.stepWall(day)
    await store.tend(true)
    t.same(hours(), ['2026-06-12'])
    const expected = [10, 20, 30, 40].flatMap((value) => Array(24).fill(value))
    t.same(await values(hour), expected)
    t.same(await values(day), [10, 20, 30, 40])

    await write(reading(midnight + day + 50_000, 120))
    const late = expected.with(24, 40)
    t.same(await values(hour), late, 'in the table that is written to')
    await store.tend(true)
    t.same(await values(hour), late, 'in a file that waits')
    const beside = {
      series: [{ terminal: 'air-1', point: 'pm25' }],
      from: midnight,
      to: midnight + 4 * day,
      everyMs: hour,
    }
    const columns = await Array.fromAsync(store.columns?.(beside) ?? [])
    t.same(
      columns.flatMap(({ mean }) => [...mean]),
      late,
      'side by side as well',
    )
    clock.stepWall(day)
    await store.tend()
    t.same(hours(), ['2026-06-12', '2026-06-13'], 'merged: the day alone is newer than the day among others')
    t.same(await values(hour), late)
    for (const place of [6, 7, 8]) await write(...dayOf(midnight + place * day, 10))
    clock.stepWall(5 * day)
    await store.tend(true)
    t.same(hours(), ['2026-06-12'])
    t.same(await values(hour), [...late, ...Array(72).fill(10)])

    await write(...dayOf(Date.UTC(2026, 6, 1), 50))
    clock.stepWall(20 * day)
    await store.tend(true)
    t.same(hours(), ['2026-06-12', '2026-07-01'], 'another month stands apart')
    await store.close()
    await using again = await openDuckdbSeries({ folder, clock })
    const asked = { terminal: 'air-1', point: 'pm25', from: 0, to: midnight + 99 * day, everyMs: hour }
    t.same(
      (await again.range(asked)).map(({ value }) => value),
      [...late, ...Array(72).fill(10), ...Array(24).fill(50)],
    )
  },
)
