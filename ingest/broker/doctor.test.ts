// A gateway's doctor logs in beside it: the gateway's session stays, and nothing of the centre's accounts moves.
import { topicOf } from '@civitals/contracts/topics'
import t from 'tap'
import { envelopeOf } from '../testing/envelopes.ts'
import { connectGateway, openGateway, openStation } from '../testing/io/station.ts'

const doctor = { clientId: 'g1:doctor' }

t.test('the gateway keeps its session, and the doctor counts nowhere', async (t) => {
  await using station = await openStation()
  await using gateway = await openGateway(station.ingest.port, 'g1')
  let ended = false
  gateway.client.once('close', () => {
    ended = true
  })
  const visits = [1, 2, 3]
  for (const seq of visits) {
    const client = await connectGateway(station.ingest.port, 'g1', doctor)
    t.equal(station.ingest.health().facts.connectedGateways, 1, 'not a second gateway')
    await client.endAsync()
    await gateway.send(envelopeOf(seq))
  }
  t.ok(await gateway.acknowledged(({ spools }) => spools.p1?.upTo === visits.length))
  t.equal(ended, false, 'no take-over')
  t.same(
    Object.values(station.ingest.rejectCounts()).filter((count) => count > 0),
    [],
    'nothing refused, no clone',
  )
  t.equal(station.ingest.health().facts.connectedGateways, 1)
})

t.test('it is told the time of the centre, once per subscription', async (t) => {
  await using station = await openStation()
  const client = await connectGateway(station.ingest.port, 'g1', doctor)
  const told = new Promise<[string, string]>((resolve) =>
    client.once('message', (topic, payload) => resolve([topic, String(payload)])),
  )
  await client.subscribeAsync(topicOf('g1', 'time'))
  const [topic, payload] = await told
  t.equal(topic, topicOf('g1', 'time'))
  t.ok(Math.abs(JSON.parse(payload).now - Date.now()) < 5_000)
  await client.endAsync(true)
})

t.test('it hears nothing else, publishes nothing, leaves no will', async (t) => {
  await using station = await openStation()
  const { port } = station.ingest
  const client = await connectGateway(port, 'g1', doctor)
  for (const topic of [topicOf('g1', 'ack'), topicOf('g1', 'command'), topicOf('g2', 'time'), '#'])
    await t.rejects(client.subscribeAsync(topic), topic)
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
  client.publish(topicOf('g1', 'telemetry/live'), 'x', { qos: 1 }, () => undefined)
  await closed
  const will = { topic: topicOf('g1', 'status'), payload: Buffer.from('x'), qos: 1, retain: true } as const
  await t.rejects(connectGateway(port, 'g1', { ...doctor, will }), /Not authorized/)
})

t.test('it needs the password of its gateway', async (t) => {
  await using station = await openStation()
  const { port } = station.ingest
  for (const options of [{ password: 'guess' }, { username: 'g2' }, { clientId: ':doctor' }, { clientId: 'g9:doctor' }])
    await t.rejects(connectGateway(port, 'g1', { ...doctor, ...options }), /Not authorized/, JSON.stringify(options))
})
