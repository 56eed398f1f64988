import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeClock } from '@civitals/contracts/clock'
import t from 'tap'
import { conformanceEnergyMean, seriesConformance } from '../conformance.ts'
import { openDuckdbSeries } from './io/duckdb.ts'

t.test('DuckDB behaves as every series store does', async (t) => {
  await seriesConformance(t, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'civitals-duckdb-'))
    t.teardown(() => rmSync(folder, { recursive: true }))
    const options = { folder: join(folder, 'series'), clock: new FakeClock(), energyMean: conformanceEnergyMean }
    return { open: () => openDuckdbSeries(options) }
  })
})
