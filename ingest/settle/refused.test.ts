// A real InfluxDB refuses one column: its readings stand aside with what the server said, the others are stored, the account balances.
import { FakeClock } from '@civitals/contracts/clock'
import { influxdMissing, startInfluxd } from '@civitals/storage/influxd-testing'
import { openInfluxdbSeries } from '@civitals/storage/influxdb'
import t from 'tap'
import { envelopeOf, sampleOf, startAt } from '../testing/envelopes.ts'
import { openGateway, openStation } from '../testing/io/station.ts'

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
