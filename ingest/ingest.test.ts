// The whole pass with a real MQTT client: telemetry in, readings stored, acknowledgement out, books in balance.
import { topicOf } from '@civitals/contracts/topics'
import t from 'tap'
import { envelopeOf, sampleOf, startAt } from './testing/envelopes.ts'
import { connectGateway, openGateway, openStation } from './testing/io/station.ts'

t.test('what a gateway sends is stored, acknowledged and the newest reading', async (t) => {
  await using station = await openStation()
  await using gateway = await openGateway(station.ingest.port, 'g1')
  for (let seq = 1; seq <= 20; seq++) await gateway.send(envelopeOf(seq), seq % 2 ? 'live' : 'backfill')
  await gateway.acknowledged(({ spools }) => spools.p1?.upTo === 20)
  t.equal(await station.series.count(), 20)
  t.equal(station.ingest.latest.get('t1', 'depth')?.value, 20)
  const [row] = await station.ingest.ledger()
  t.match(row, { gateway: 'g1', spool: 'p1', stored: 20, rejected: 0, settledUpTo: 20, produced: null, balanced: null })
})

t.test('an envelope that comes again has no effect and is acknowledged again', async (t) => {
  await using station = await openStation()
  await using gateway = await openGateway(station.ingest.port, 'g1')
  await gateway.send(envelopeOf(1))
  await gateway.acknowledged(({ spools }) => spools.p1?.upTo === 1)
  await gateway.send(envelopeOf(1, { samples: [sampleOf('t1', startAt + 99_000, { depth: 99 })] }))
  await gateway.send(envelopeOf(2))
  await gateway.acknowledged(({ spools }) => spools.p1?.upTo === 2)
  t.equal(await station.series.count(), 2)
  t.match(await station.ingest.ledger(), [{ stored: 2, duplicates: 1 }])
})

t.test('what arrives out of order is acknowledged in ranges', async (t) => {
  await using station = await openStation()
  await using gateway = await openGateway(station.ingest.port, 'g1')
  for (const seq of [5, 6, 9]) await gateway.send(envelopeOf(seq))
  const ack = await gateway.acknowledged(({ spools }) => spools.p1?.above.length === 2)
  t.same(ack.spools.p1, {
    upTo: 0,
    above: [
      [5, 6],
      [9, 9],
    ],
  })
  for (const seq of [1, 2, 3, 4]) await gateway.send(envelopeOf(seq))
  const later = await gateway.acknowledged(({ spools }) => spools.p1?.upTo === 6)
  t.same(later.spools.p1, { upTo: 6, above: [[9, 9]] })
})

t.test('a gateway that connects anew is told where it stands', async (t) => {
  await using station = await openStation()
  {
    await using gateway = await openGateway(station.ingest.port, 'g1')
    await gateway.send(envelopeOf(1))
    await gateway.acknowledged(({ spools }) => spools.p1?.upTo === 1)
  }
  await using again = await openGateway(station.ingest.port, 'g1')
  t.ok(await again.acknowledged(({ spools }) => spools.p1?.upTo === 1))
})

t.test('a status balances the books, a last will keeps what was said', async (t) => {
  await using station = await openStation()
  const will = {
    topic: topicOf('g1', 'status'),
    payload: Buffer.from('{"online":false,"at":2}'),
    retain: true,
    qos: 1 as const,
  }
  const gateway = await openGateway(station.ingest.port, 'g1', { will })
  for (const seq of [1, 2, 3]) await gateway.send(envelopeOf(seq))
  await gateway.acknowledged(({ spools }) => spools.p1?.upTo === 3)
  const spool = {
    id: 'p1',
    newestSeq: 4,
    waiting: 1,
    waitingReadings: 1,
    producedReadings: 4,
    declaredLost: 0,
    bytes: 1,
  }
  const status = JSON.stringify({ online: true, at: 1, spool })
  await gateway.client.publishAsync(will.topic, status, { qos: 1, retain: true })
  t.match(await station.ingest.ledger(), [{ produced: 4, stored: 3, waiting: 1, balanced: true }])
  const lost = JSON.stringify({ online: true, at: 1, spool: { ...spool, producedReadings: 9 } })
  await gateway.client.publishAsync(will.topic, lost, { qos: 1, retain: true })
  t.match(await station.ingest.ledger(), [{ produced: 9, balanced: false }], 'five readings nobody has')
  const gone = new Promise<void>((resolve) => station.ingest.subscribeStatus((_id, { online }) => online || resolve()))
  gateway.client.stream.destroy()
  await gone
  t.match(station.ingest.statuses().get('g1'), { online: false, spool: { producedReadings: 9 } })
  await gateway[Symbol.asyncDispose]()
})

t.test('two gateways do not share accounts', async (t) => {
  await using station = await openStation()
  await using one = await openGateway(station.ingest.port, 'g1')
  await using two = await openGateway(station.ingest.port, 'g2')
  await one.send(envelopeOf(1))
  await two.send(envelopeOf(1, { samples: [sampleOf('t2', startAt, { depth: 1, flow: -2 })] }))
  await one.acknowledged(({ spools }) => spools.p1?.upTo === 1)
  await two.acknowledged(({ spools }) => spools.p1?.upTo === 1)
  const rows = await station.ingest.ledger()
  t.same(rows.map(({ gateway, stored }) => [gateway, stored]).sort(), [
    ['g1', 1],
    ['g2', 2],
  ])
})

t.test('a port that is taken is one line that says which', async (t) => {
  await using station = await openStation()
  const { openIngest } = await import('./ingest.ts')
  const { systemClock } = await import('@civitals/contracts/system-clock')
  const { state, series } = station
  const logger = { warn: () => undefined, error: () => undefined }
  const listen = { host: '127.0.0.1', port: station.ingest.port }
  await t.rejects(openIngest({ state, series, clock: systemClock, steps: [], listen, logger }), {
    code: 'CIV_INGEST_PORT_TAKEN',
    message: new RegExp(`${listen.port}.*choose another`),
  })
})

t.test('closing lets go of the port and of every connection', async (t) => {
  const station = await openStation()
  const client = await connectGateway(station.ingest.port, 'g1')
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
  await station[Symbol.asyncDispose]()
  await closed
  await t.rejects(connectGateway(station.ingest.port, 'g1'))
})
