// What an engine will never take: of a column of another type it stands aside with what the server said, of a day that is not kept it is declared lost.
import { FakeClock } from '@civitals/contracts/clock'
import { systemClock } from '@civitals/contracts/system-clock'
import { openDuckdbSeries } from '@civitals/storage/duckdb'
import { influxdMissing, startInfluxd } from '@civitals/storage/influxd-testing'
import { openInfluxdbSeries } from '@civitals/storage/influxdb'
import t, { type Test } from 'tap'
import { envelopeOf, sampleOf, startAt } from '../testing/envelopes.ts'
import { openGateway, openStation } from '../testing/io/station.ts'

const hour = 3_600_000

const keepsADay = (t: Test) =>
  openDuckdbSeries({ folder: t.testdir(), clock: systemClock, keptDays: { raw: 1, minute: 1, hour: 1 } })

async function keepsADayInInfluxdb(t: Test) {
  const influxd = await startInfluxd()
  t.teardown(() => influxd.stop())
  const open = { url: influxd.url, database: 'city', groupOf: () => 'water', clock: systemClock }
  const series = await openInfluxdbSeries(open)
  await influxd.cli('city', 'ALTER RETENTION POLICY autogen ON "city" DURATION 24h SHARD DURATION 1h')
  return series
}

for (const engine of ['DuckDB', 'InfluxDB'] as const) {
  const skip = engine === 'InfluxDB' && influxdMissing
  t.test(
    `${engine}: readings of days that are not kept any more are declared lost when they come`,
    { skip },
    async (t) => {
      await using series = engine === 'DuckDB' ? await keepsADay(t) : await keepsADayInInfluxdb(t)
      await using station = await openStation({ series })
      await using gateway = await openGateway(station.ingest.port, 'g1')
      const now = Date.now()
      const old = [
        sampleOf('t1', now - 90 * hour, { depth: 1, flow: 1 }),
        sampleOf('t1', now - 80 * hour, { depth: 2 }),
      ]
      await gateway.send(envelopeOf(1, { samples: [sampleOf('t1', now, { depth: 3 })] }))
      await gateway.send(envelopeOf(2, { samples: [...old, sampleOf('t1', now + 1, { depth: 4 })] }), 'backfill')
      await gateway.acknowledged(({ spools }) => spools.p1?.upTo === 2)
      t.match(await station.ingest.ledger(), [{ stored: 2, setAside: 0, rejected: 0, declaredLost: 3 }])
      t.same(await station.ingest.losses(), [
        {
          ...{ gateway: 'g1', spool: 'p1', fromSeq: 2, toSeq: 2, readings: 3, atLeast: false },
          ...{ from: now - 90 * hour, to: now - 80 * hour, reason: 'older than readings are kept' },
        },
      ])
      t.equal(await series.count(), 2)
    },
  )
}

t.test('readings the store will never take', { skip: influxdMissing }, async (t) => {
  const influxd = await startInfluxd()
  t.teardown(() => influxd.stop())
  const open = { url: influxd.url, database: 'city', groupOf: () => 'water', clock: new FakeClock() }
  await using series = await openInfluxdbSeries(open)
  // Somebody wrote this field as an integer before us, in the same shard.
  const foreign = `water,terminal=other flow=5i ${startAt}`
  await fetch(`${influxd.url}/write?db=city&precision=ms`, { method: 'POST', body: foreign })
  await using station = await openStation({ series })
  await using gateway = await openGateway(station.ingest.port, 'g1')
  const samples = [1, 2, 3].map((order) => sampleOf('t1', startAt + order, { depth: order, flow: order }))
  await gateway.send(envelopeOf(1, { samples }))
  await gateway.acknowledged(({ spools }) => spools.p1?.upTo === 1)
  t.match(await station.ingest.ledger(), [{ stored: 3, setAside: 3, rejected: 0, declaredLost: 0 }])
  t.match(await station.ingest.setAside(), [
    { terminal: 't1', point: 'flow', readings: 3, reason: 'refused by store', detail: /field type conflict.*"flow"/ },
  ])
  t.same((await influxd.cli('city', 'SELECT count(depth) FROM water')).slice(1), ['water,0,3'])
})
