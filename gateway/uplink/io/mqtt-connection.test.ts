// The MQTT session against a real broker (Aedes): what is refused, what the broker says when the gateway vanishes.
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { decodeStatus, type GatewayStatus } from '@civitals/contracts/status'
import { systemClock as clock } from '@civitals/contracts/system-clock'
import { topicOf } from '@civitals/contracts/topics'
import { Aedes, type AuthenticateError, type PublishPacket } from 'aedes'
import t, { type Test } from 'tap'
import { mqttLink } from './mqtt-connection.ts'

const lastWill: GatewayStatus = { online: false, at: 1 }

async function broker(t: Test) {
  const aedes = await Aedes.createBroker()
  aedes.authenticate = (client, user, password, done) =>
    done(null, client.id === 'gw-01' && user === 'gw-01' && String(password) === 'secret')
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    aedes.handle(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
    aedes.close()
  })
  const url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`
  const link = (password = 'secret', qos?: 0 | 1) =>
    mqttLink({ gateway: 'gw-01', url, password: () => password, clock, ...(qos !== undefined && { qos }) })
  const published = (kind: Parameters<typeof topicOf>[1]): Promise<PublishPacket> =>
    new Promise((resolve) => {
      aedes.on('publish', (packet) => {
        if (packet.topic === topicOf('gw-01', kind)) resolve(packet as PublishPacket)
      })
    })
  return { aedes, link, published }
}
const ignore = (_: unknown): void => undefined
const options = (onAcknowledgement = ignore, onCommand: (payload: Uint8Array) => void = ignore) => ({
  lastWill,
  onAcknowledgement,
  onCommand,
  signal: new AbortController().signal,
})

t.test('a wrong password and a centre that is not there are refusals to try again after', async (t) => {
  const { link } = await broker(t)
  await t.rejects(link('wrong')(options()), {
    code: 'CIV_GATEWAY_UPLINK_CONNECT',
    message: /not authorized/i,
    retryable: true,
  })
  const nobody = mqttLink({ gateway: 'gw-01', url: 'mqtt://127.0.0.1:1', password: () => '', clock })
  await t.rejects(nobody(options()), { code: 'CIV_GATEWAY_UPLINK_CONNECT', message: /ECONNREFUSED/ })
})

t.test('a centre that keeps another box of this id says so by CONNACK 2', async (t) => {
  const { link, aedes } = await broker(t)
  aedes.authenticate = (_client, _user, _password, done) =>
    done(Object.assign(new Error('another'), { returnCode: 2 }) as AuthenticateError, false)
  await t.rejects(link()(options()), { code: 'CIV_GATEWAY_UPLINK_CLONED', message: /Identifier rejected/ })
})

t.test('envelopes go out as they are, on the topic of their lane, QoS 1', async (t) => {
  const { link, published } = await broker(t)
  const connection = await link()(options())
  const arriving = published('telemetry/backfill')
  connection.send('backfill', new Uint8Array([0x01, 0x02, 0xff]))
  const packet = await arriving
  t.same([...(packet.payload as Buffer)], [1, 2, 255])
  t.match(packet, { qos: 1, retain: false })
  t.ok(connection.bytesSent > 0)
  connection.destroy()
})

t.test(
  'envelopes go out without a receipt when the configuration says so, the status with one all the same',
  async (t) => {
    const { link, published } = await broker(t)
    const connection = await link('secret', 0)(options())
    t.teardown(() => connection.destroy())
    const [envelope, status] = [published('telemetry/live'), published('status')]
    connection.send('live', new Uint8Array([0x7b]))
    connection.sendStatus(lastWill)
    t.match(await envelope, { qos: 0, retain: false })
    t.match(await status, { qos: 1, retain: true })
  },
)

t.test('acknowledgements come in, other payloads do not', async (t) => {
  const { link, aedes } = await broker(t)
  const heard = new Promise(
    (resolve) =>
      void link()(options(resolve)).then((connection) => {
        t.teardown(() => connection.destroy())
        for (const payload of ['nonsense', '{"spools":{"a":{"upTo":3,"above":[]}}}'])
          aedes.publish(
            { cmd: 'publish', qos: 0, dup: false, retain: false, topic: topicOf('gw-01', 'ack'), payload },
            () => undefined,
          )
      }),
  )
  t.same(await heard, { spools: { a: { upTo: 3, above: [] } } })
})

t.test('commands come in as they are, and replies go out', async (t) => {
  const { link, aedes, published } = await broker(t)
  const command = Promise.withResolvers<string>()
  const connection = await link()(options(ignore, (payload) => command.resolve(Buffer.from(payload).toString())))
  t.teardown(() => connection.destroy())
  const packet = { cmd: 'publish', qos: 1, dup: false, retain: false } as const
  aedes.publish({ ...packet, topic: topicOf('gw-01', 'command'), payload: 'anything' }, () => undefined)
  t.equal(await command.promise, 'anything')
  const replied = published('reply')
  connection.sendReply({ id: 'r-1', ok: true, reopened: 1, missing: [] })
  const reply = await replied
  t.match(reply, { qos: 1, retain: false })
  t.same(JSON.parse(String(reply.payload)), { id: 'r-1', ok: true, reopened: 1, missing: [] })
})

t.test(
  'when the gateway vanishes the broker says so with the last will; a goodbye carries the last status',
  async (t) => {
    const { link, published } = await broker(t)
    const first = await link()(options())
    const will = published('status')
    first.destroy()
    const packet = await will
    t.same(decodeStatus(packet.payload as Buffer), lastWill)
    t.equal(packet.retain, true)
    t.type(await first.closed, 'string')
    const second = await link()(options())
    const goodbye = published('status')
    await second.end({ online: false, at: 2, version: '1' })
    t.same(decodeStatus((await goodbye).payload as Buffer), { online: false, at: 2, version: '1' })
  },
)
