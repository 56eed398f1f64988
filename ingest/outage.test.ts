// The series store goes away while a real client sends: gateways are held, nothing is acknowledged, then everything is.
import { CivitalsError } from '@civitals/contracts/errors'
import { MemorySeries } from '@civitals/storage/series-memory'
import t from 'tap'
import { envelopeOf, sampleOf, startAt } from './testing/envelopes.ts'
import { openGateway, openStation } from './testing/io/station.ts'

const unavailable = new CivitalsError('CIV_STORAGE_SERIES_UNAVAILABLE', 'no room on the disk', { retryable: true })
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const seqs = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, order) => from + order)
const samples = 200
/** An envelope of many samples: 400 of them are more than one settlement and the queue take together. */
const large = (seq: number) =>
  envelopeOf(seq, {
    samples: seqs(1, samples).map((order) => sampleOf('t1', startAt + seq * 1_000 + order, { depth: 1 })),
  })

t.test('a full queue holds the gateway, health says why, and nothing is lost', async (t) => {
  await using series = new MemorySeries()
  await using station = await openStation({ series, queue: { bytes: 1e6, deliveries: 5 } })
  await using gateway = await openGateway(station.ingest.port, 'g1')
  const told: unknown[] = []
  using _ = station.ingest.subscribeOutages((down) => told.push(down?.store ?? 'over'))
  series.failure = unavailable
  await gateway.send(envelopeOf(1))
  while (station.ingest.health().ready) await pause(5)
  let taken = 0
  const sending = seqs(2, 401).map((seq) => gateway.send(large(seq)).then(() => taken++))
  while (station.ingest.health().facts.heldEnvelopes === 0) await pause(5)
  t.ok(taken < 400, 'the gateway waits for PUBACK')
  t.match(station.ingest.health(), {
    ready: false,
    storeDown: { store: 'series', message: 'no room on the disk' },
    facts: { storeDown: 'series: no room on the disk' },
  })
  t.same(await station.ingest.ledger(), [], 'nothing settled')
  series.failure = undefined
  await Promise.all(sending)
  await gateway.acknowledged(({ spools }) => spools.p1?.upTo === 401)
  t.equal(await series.count(), 1 + 400 * samples)
  t.match(station.ingest.health(), { ready: true, facts: { heldEnvelopes: 0, queuedEnvelopes: 0 } })
  t.same(told, ['series', 'over'], 'once, however often the store was tried')
})

t.test('a gateway that goes away while it is held sends again what was not acknowledged', async (t) => {
  await using series = new MemorySeries()
  await using station = await openStation({ series, queue: { bytes: 1e6, deliveries: 2 } })
  series.failure = unavailable
  {
    await using gateway = await openGateway(station.ingest.port, 'g1')
    for (let seq = 1; seq <= 30; seq++) gateway.send(envelopeOf(seq)).catch(() => undefined)
    while (station.ingest.health().ready) await pause(5)
  }
  while (station.ingest.health().facts.connectedGateways !== 0) await pause(5)
  t.equal(station.ingest.health().facts.heldEnvelopes, 0)
  series.failure = undefined
  await using again = await openGateway(station.ingest.port, 'g1')
  for (let seq = 1; seq <= 30; seq++) await again.send(envelopeOf(seq))
  await again.acknowledged(({ spools }) => spools.p1?.upTo === 30)
  t.equal(await series.count(), 30)
  t.match(await station.ingest.ledger(), [{ stored: 30 }])
})
