// A back-test runs in its worker, reads through the centre, and says what would have been.

import { registryView } from '@civitals/contracts/registry-view'
import { systemClock } from '@civitals/contracts/system-clock'
import { openIndicators } from '@civitals/indicators/indicators'
import { indicatorMigrations } from '@civitals/indicators/migrations'
import { demoCity } from '@civitals/simulator/city'
import { MemorySeries } from '@civitals/storage/series-memory'
import { openSqliteState } from '@civitals/storage/sqlite'
import t from 'tap'
import { Backtests } from './backtests.ts'

const minute = 60_000
const end = Math.floor(systemClock.now() / 3_600_000) * 3_600_000

const rule = `rules:
  - id: deep
    version: "1"
    name: { zh: 深, en: deep }
    subject: { kind: road-water, point: depth }
    unit: cm
    condition: { direction: high, limit: 15, deadband: 2, onDelay: 60s, offDelay: 60s }
    priority: 2
    cause: { zh: 雨, en: rain }
    consequence: { zh: 淹, en: flood }
    response: { zh: 抽, en: pump }
    late: amend
    source: platform convention
`

t.test('scores and alarms of the last hours, by the rule that is tried', { timeout: 240_000 }, async (t) => {
  const city = await demoCity()
  const registry = registryView(city)
  const series = new MemorySeries()
  const readings = ['road-water-01', 'road-water-02', 'road-water-03'].flatMap((terminal) =>
    Array.from({ length: 600 }, (_, k) => ({
      terminal,
      point: 'depth',
      at: end - (600 - k) * minute,
      value: terminal === 'road-water-01' && k >= 200 && k < 320 ? 20 : 0,
      quality: 'good' as const,
    })),
  )
  await series.write({ envelopes: [{ gateway: 'gw', spool: 's', seq: 1, readings }], receivedAt: end })
  const state = await openSqliteState({ file: ':memory:', migrations: indicatorMigrations })
  const indicators = await openIndicators({ state, series, registry, clock: systemClock })
  const backtests = new Backtests({ registry, indicators, series, clock: systemClock })
  t.teardown(async () => {
    await backtests.close()
    await indicators.close()
    await state.close()
  })
  const { id } = await backtests.start({ days: 1, everyMinutes: 60, rules: { name: 'deep.yaml', text: rule } })
  await t.rejects(backtests.start({ days: 1, everyMinutes: 60 }), { code: 'CIV_CLI_BACKTEST_BUSY' })
  while (backtests.get(id)?.state === 'running') await new Promise((resolve) => setTimeout(resolve, 200))
  const { result, error } = backtests.get(id) ?? {}
  t.equal(error, undefined)
  t.equal(result?.sides.length, 2)
  t.equal(result?.sides[0]?.points.length, 25)
  const water = result?.sides[0]?.indicators.find((one) => one.id === 'RENL-01')
  t.ok((water?.valid ?? 0) >= 10 && (water?.low ?? 100) < 62)
  t.match(result?.sides[1]?.alarms, [
    { rule: 'deep', onset: end - 400 * minute, returned: end - 280 * minute, value: 20 },
  ])
})
