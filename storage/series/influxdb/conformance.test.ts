import { FakeClock } from '@civitals/contracts/clock'
import t from 'tap'
import { conformanceEnergyMean, seriesConformance } from '../conformance.ts'
import { openInfluxdbSeries } from './io/influxdb.ts'
import { influxdMissing, startInfluxd } from './testing/influxd.ts'

t.test('InfluxDB behaves as every series store does', { skip: influxdMissing }, async (t) => {
  const influxd = await startInfluxd()
  t.teardown(() => influxd.stop())
  let places = 0
  await seriesConformance(t, async () => {
    const options = {
      url: influxd.url,
      database: `place-${places++}`,
      groupOf: (terminal: string) => terminal.replace(/-.*/, ''),
      clock: new FakeClock(),
      energyMean: conformanceEnergyMean,
    }
    return { open: () => openInfluxdbSeries(options) }
  })
})
