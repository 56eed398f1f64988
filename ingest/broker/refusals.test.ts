// What the broker turns away, with other people's clients and with bare sockets: refused, counted, listed.
import { once } from 'node:events'
import { connect } from 'node:net'
import type { RejectReason } from '@civitals/contracts/ledger'
import { systemClock } from '@civitals/contracts/system-clock'
import { topicOf } from '@civitals/contracts/topics'
import type { MqttClient } from 'mqtt'
import t, { type Test } from 'tap'
import { openAedesIntake } from '../intake/io/aedes.ts'
import type { Refusal } from '../intake/port.ts'
import { envelopeOf } from '../testing/envelopes.ts'
import { connectGateway, openGateway, openStation, type Station } from '../testing/io/station.ts'

const closeOf = (client: MqttClient) => new Promise<void>((resolve) => client.once('close', () => resolve()))

/** The newest reject of a reason, once it is listed. */
async function listed(station: Station, reason: RejectReason) {
  for (;;) {
    const { items } = await station.ingest.rejects({ limit: 10 })
    const found = items.find((item) => item.reason === reason)
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function refusedLogin(t: Test, reason: RejectReason, id: string, options: object): Promise<void> {
  await using station = await openStation()
  await t.rejects(
    connectGateway(station.ingest.port, id, options),
    /Connection refused: (Not authorized|Identifier rejected)/,
  )
  t.match(await listed(station, reason), { scope: 'connection', reason })
  t.equal(station.ingest.rejectCounts()[reason], 1)
}

t.test('an unknown gateway', (t) => refusedLogin(t, 'unknown gateway', 'g9', {}))
t.test('a wrong password', (t) => refusedLogin(t, 'wrong password', 'g1', { password: 'guess' }))
t.test('no password', (t) => refusedLogin(t, 'wrong password', 'g1', { password: undefined }))
t.test("another gateway's name", (t) => refusedLogin(t, 'wrong password', 'g1', { clientId: 'g2' }))
t.test('an empty client id', (t) => refusedLogin(t, 'protocol violation', '', { username: 'g1' }))
t.test('a will on a foreign topic', (t) =>
  refusedLogin(t, 'foreign topic', 'g1', {
    will: { topic: topicOf('g2', 'status'), payload: 'x', qos: 1, retain: true },
  }),
)

t.test('a publish on a foreign topic ends the connection', async (t) => {
  await using station = await openStation()
  const client = await connectGateway(station.ingest.port, 'g1')
  const closed = closeOf(client)
  client.publish(topicOf('g2', 'telemetry/live'), 'x', { qos: 1 }, () => undefined)
  await closed
  t.match(await listed(station, 'foreign topic'), {
    scope: 'publish',
    gateway: 'g1',
    detail: topicOf('g2', 'telemetry/live'),
  })
})

t.test('telemetry at QoS 2 ends the connection', async (t) => {
  await using station = await openStation()
  const client = await connectGateway(station.ingest.port, 'g1')
  const closed = closeOf(client)
  client.publish(topicOf('g1', 'telemetry/live'), 'x', { qos: 2 }, () => undefined)
  await closed
  t.match(await listed(station, 'protocol violation'), { scope: 'publish', gateway: 'g1' })
})

t.test('a subscription to what others say is refused, the connection stays', async (t) => {
  await using station = await openStation()
  const client = await connectGateway(station.ingest.port, 'g1')
  for (const topic of ['#', topicOf('g2', 'ack'), topicOf('g1', 'telemetry/live')]) {
    await t.rejects(client.subscribeAsync(topic), topic)
  }
  await client.subscribeAsync(topicOf('g1', 'ack'))
  t.equal(station.ingest.rejectCounts()['foreign topic'], 3)
  await client.endAsync(true)
})

t.test('bytes before login: a large packet, or no MQTT', async (t) => {
  await using station = await openStation()
  const send = async (bytes: Uint8Array): Promise<void> => {
    const socket = connect(station.ingest.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(bytes)
    await once(socket, 'close')
  }
  await send(Uint8Array.of(0x10, 0x80, 0x80, 0x80, 0x30, 0, 0))
  t.match(await listed(station, 'oversized payload'), { scope: 'connection', detail: /at most 4096/ })
  await send(Buffer.from('GET / HTTP/1.1\r\n\r\n'))
  t.match(await listed(station, 'protocol violation'), { detail: /no CONNECT/ })
})

t.test('silence instead of CONNECT', async (t) => {
  const refusals: Refusal[] = []
  const nothing = () => undefined
  const events = {
    delivery: nothing,
    status: nothing,
    reply: nothing,
    configurations: nothing,
    listening: nothing,
    gone: nothing,
    refused: (one: Refusal) => refusals.push(one),
  }
  const listen = { host: '127.0.0.1', port: 0 }
  await using intake = await openAedesIntake({
    listen,
    clock: systemClock,
    hashOf: () => undefined,
    events,
    connectTimeoutMs: 30,
  })
  const socket = connect(intake.port, '127.0.0.1')
  await once(socket, 'close')
  t.match(refusals, [{ scope: 'connection', reason: 'protocol violation', detail: /did not arrive in time/ }])
})

t.test('a packet too large after login ends the connection before it is buffered', async (t) => {
  await using station = await openStation()
  const client = await connectGateway(station.ingest.port, 'g1')
  client.on('error', () => undefined)
  const closed = closeOf(client)
  client.publish(topicOf('g1', 'telemetry/live'), Buffer.alloc(400_000), { qos: 1 }, () => undefined)
  await closed
  t.match(await listed(station, 'oversized payload'), { scope: 'connection', gateway: 'g1' })
})

t.test('a gateway that was refused once is welcome when it behaves', async (t) => {
  await using station = await openStation()
  await t.rejects(connectGateway(station.ingest.port, 'g1', { password: 'guess' }))
  await using gateway = await openGateway(station.ingest.port, 'g1')
  await gateway.send(envelopeOf(1))
  t.ok(await gateway.acknowledged(({ spools }) => spools.p1?.upTo === 1))
})

t.test('a newer connection of the same gateway takes the place of the older', async (t) => {
  await using station = await openStation()
  const older = await connectGateway(station.ingest.port, 'g1')
  const closed = closeOf(older)
  await using newer = await openGateway(station.ingest.port, 'g1')
  await closed
  await newer.send(envelopeOf(1))
  t.ok(await newer.acknowledged(({ spools }) => spools.p1?.upTo === 1))
})

t.test('rejects survive a restart, counts included', async (t) => {
  const { openSqliteState } = await import('@civitals/storage/sqlite')
  const { ingestMigrations } = await import('../migrations.ts')
  await using state = await openSqliteState({ file: ':memory:', migrations: ingestMigrations })
  {
    await using station = await openStation({ state })
    await t.rejects(connectGateway(station.ingest.port, 'g9'))
    await listed(station, 'unknown gateway')
  }
  await using again = await openStation({ state })
  t.equal(again.ingest.rejectCounts()['unknown gateway'], 1)
  t.match((await again.ingest.rejects({})).items, [{ id: '1', reason: 'unknown gateway', gateway: 'g9' }])
})
