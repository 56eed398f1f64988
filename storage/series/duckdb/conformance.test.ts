import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeClock } from '@civitals/contracts/clock'
import t, { type Test } from 'tap'
import { conformanceEnergyMean, seriesConformance } from '../conformance.ts'
import type { SeriesStore } from '../port.ts'
import { type DuckdbSeriesOptions, type DuckdbSeriesStore, openDuckdbSeries } from './io/duckdb.ts'

/** Does something after every write, before it is answered. */
function after(store: DuckdbSeriesStore, work: () => Promise<unknown>): SeriesStore {
  return {
    async write(batch) {
      const outcome = await store.write(batch)
      await work()
      return outcome
    },
    latest: () => store.latest(),
    range: (query) => store.range(query),
    readings: (query) => store.readings(query),
    digest: (stretch) => store.digest(stretch),
    count: () => store.count(),
    close: () => store.close(),
    [Symbol.asyncDispose]: () => store.close(),
  }
}

const conforms = (open: (options: DuckdbSeriesOptions) => Promise<SeriesStore>) => (t: Test) =>
  seriesConformance(t, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'civitals-duckdb-'))
    t.teardown(() => rmSync(folder, { recursive: true }))
    const options = { folder: join(folder, 'series'), clock: new FakeClock(), energyMean: conformanceEnergyMean }
    return { open: () => open(options) }
  })

t.test('DuckDB behaves as every series store does', conforms(openDuckdbSeries))

t.test(
  'so it does with every write in a file of its own',
  conforms(async (options) => {
    const store = await openDuckdbSeries(options)
    return after(store, () => store.tend(true))
  }),
)

t.test(
  'so it does with days merged and rolled up after every write',
  conforms(async (options) => {
    const clock = new FakeClock(Date.UTC(2030, 0))
    const store = await openDuckdbSeries({ ...options, clock, keptDays: { raw: 1e6, minute: 1e6 } })
    return after(store, async () => {
      await store.tend(true)
      // A day later whatever is late is merged.
      clock.stepWall(86_400_000)
      await store.tend()
    })
  }),
)
