// What published advisories against brokers were about, tried on ours: each refused, and the next gateway is served.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { systemClock } from '@civitals/contracts/system-clock'
import { topicOf } from '@civitals/contracts/topics'
import mqttPacket, { type Packet } from 'mqtt-packet'
import t from 'tap'
import { type AedesIntakeOptions, openAedesIntake } from '../intake/io/aedes.ts'
import type { Delivery, IntakeEvents, Refusal } from '../intake/port.ts'
import { hashPassword } from '../registry/password.ts'
import { password } from '../testing/city.ts'
import { connectGateway } from '../testing/io/station.ts'

const hash = await hashPassword(password)
const nothing = () => undefined
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function openIntake(events: Partial<IntakeEvents> = {}, options: Partial<AedesIntakeOptions> = {}) {
  const refusals: Refusal[] = []
  const intake = await openAedesIntake({
    listen: { host: '127.0.0.1', port: 0 },
    clock: systemClock,
    hashOf: () => hash,
    events: {
      delivery: (_delivery, taken) => taken(),
      status: nothing,
      reply: nothing,
      configurations: nothing,
      listening: nothing,
      gone: nothing,
      refused: (one) => refusals.push(one),
      ...events,
    },
    ...options,
  })
  return Object.assign(intake, { refusals })
}

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', nothing)
  // Unread bytes would keep the end of the connection from being seen.
  socket.resume()
  await once(socket, 'connect')
  return socket
}

/** The broker may end a connection while bytes are still on their way to it: the reset that follows is an end like any other. */
const closed = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once('close', () => resolve()))

const login = (id: string, change: object = {}): Buffer =>
  mqttPacket.generate({
    ...{ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 60 },
    ...{ clientId: id, username: id, password: Buffer.from(password), ...change },
  } as Packet)

/** A bare socket that has logged in: for packets no honest client sends. */
async function loggedIn(port: number, id: string): Promise<Socket> {
  const socket = await dial(port)
  socket.write(login(id))
  const [connack] = await once(socket, 'data')
  if (connack[3] !== 0) throw new Error(`refused with ${connack[3]}`)
  return socket
}

const served = async (port: number, id = 'g2'): Promise<void> => {
  const client = await connectGateway(port, id)
  await client.publishAsync(topicOf(id, 'telemetry/live'), 'x', { qos: 1 })
  await client.endAsync(true)
}

t.test('a CONNECT that comes a byte at a time is cut off in the time for CONNECT', async (t) => {
  await using intake = await openIntake({}, { connectTimeoutMs: 300 })
  const socket = await dial(intake.port)
  const bytes = login('g1')
  let place = 0
  const trickle = setInterval(() => socket.write(bytes.subarray(place, ++place)), 30)
  await closed(socket)
  clearInterval(trickle)
  t.ok(place < bytes.length, 'before it was whole')
  await served(intake.port)
})

t.test('a CONNECT said to have 100 MB is refused at its header', async (t) => {
  await using intake = await openIntake()
  const socket = await dial(intake.port)
  socket.write(Uint8Array.of(0x10, 0x80, 0xc2, 0xd7, 0x2f))
  await closed(socket)
  t.match(intake.refusals, [{ scope: 'connection', reason: 'oversized payload' }])
})

t.test('sockets that never log in are bounded, and their places come free', async (t) => {
  await using intake = await openIntake({}, { maxStrangers: 5, connectTimeoutMs: 400 })
  const idle = await Promise.all(Array.from({ length: 40 }, () => dial(intake.port)))
  const closed = Promise.all(idle.map((socket) => once(socket, 'close')))
  while (intake.refusals.length < 35) await pause(5)
  t.equal(intake.figures?.().connectionsWithoutLogin, 5)
  t.match(intake.refusals[0], { reason: 'too many connections' })
  await closed
  await served(intake.port)
})

t.test('connections that come too fast from one address are refused', async (t) => {
  await using intake = await openIntake({}, { connections: { perS: 0.001, burst: 3 } })
  const sockets = await Promise.all(Array.from({ length: 6 }, () => dial(intake.port)))
  while (intake.refusals.length < 3) await pause(5)
  t.match(intake.refusals[0], { reason: 'too many connections', detail: /too fast/ })
  for (const socket of sockets) socket.destroy()
})

t.test('names every object inherits are ids like others', async (t) => {
  for (const id of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    await using intake = await openIntake()
    await served(intake.port, id)
    t.same(intake.refusals, [], id)
    await using strict = await openIntake({}, { hashOf: (gateway) => new Map([['g1', hash]]).get(gateway) })
    await t.rejects(connectGateway(strict.port, id), /Not authorized/, `${id} is not registered`)
  }
})

t.test('no registered gateway, an empty hash or one that is none lets nobody in', async (t) => {
  for (const hashOf of [() => undefined, () => '', () => 'scrypt$$$', () => password]) {
    await using intake = await openIntake({}, { hashOf })
    await t.rejects(connectGateway(intake.port, 'g1'), /Not authorized/)
    await t.rejects(connectGateway(intake.port, 'g1', { password: '' }), /Not authorized/)
    await t.rejects(connectGateway(intake.port, '', { username: '' }))
  }
})

t.test('a topic that is not UTF-8 is nobody’s', async (t) => {
  const deliveries: Delivery[] = []
  await using intake = await openIntake({ delivery: (one, taken) => [deliveries.push(one), taken()] })
  const topic = Buffer.from(topicOf('g1', 'telemetry/live'))
  topic[topic.length - 1] = 0xff
  const body = Buffer.concat([Uint8Array.of(0, topic.length), topic, Uint8Array.of(0, 1), Buffer.from('x')])
  const socket = await loggedIn(intake.port, 'g1')
  socket.write(Buffer.concat([Uint8Array.of(0x32, body.length), body]))
  await closed(socket)
  t.same(deliveries, [])
  await served(intake.port)
})

t.test('a PUBLISH with wildcards, to $SYS or of nine levels ends its connection', async (t) => {
  await using intake = await openIntake()
  for (const topic of ['civitals/v1/+/g1/telemetry/live', '#', '$SYS/x', 'a/b/c/d/e/f/g/h/i', '/'.repeat(900)]) {
    const socket = await loggedIn(intake.port, 'g1')
    const packet = { cmd: 'publish', topic, qos: 0, dup: false, retain: false, payload: 'x' } as const
    // The generator refuses wildcards, as an honest client would: they are put in by hand.
    const bytes = mqttPacket.generate({ ...packet, topic: topic.replace(/[+#]/g, '~') })
    for (const [place, byte] of bytes.entries()) {
      if (byte === 0x7e) bytes[place] = topic.includes('#') ? 0x23 : 0x2b
    }
    socket.write(bytes)
    await closed(socket)
  }
  await served(intake.port)
  t.pass()
})

t.test('a SUBSCRIBE of 10,000 topics ends its connection and is listed in a few lines', async (t) => {
  await using intake = await openIntake()
  const socket = await loggedIn(intake.port, 'g1')
  const subscriptions = Array.from({ length: 10_000 }, (_, n) => ({ topic: `civitals/v1/${n}`, qos: 0 as const }))
  socket.write(mqttPacket.generate({ cmd: 'subscribe', messageId: 1, subscriptions }))
  await closed(socket)
  t.ok(intake.refusals.length <= 18, `${intake.refusals.length} refusals`)
  await served(intake.port)
})

t.test('third parties hear nothing: telemetry, status and $SYS are for no subscriber', async (t) => {
  await using intake = await openIntake()
  const client = await connectGateway(intake.port, 'g1')
  const heard: string[] = []
  client.on('message', (topic) => heard.push(topic))
  for (const topic of ['#', '+/#', '$SYS/#', '$share/a/#', topicOf('g1', 'telemetry/live'), topicOf('g2', 'status')])
    await t.rejects(client.subscribeAsync(topic), topic)
  await served(intake.port, 'g2')
  await client.publishAsync(topicOf('g1', 'status'), '{}', { qos: 1, retain: true })
  t.same(heard, [])
  await client.endAsync(true)
})

t.test('QoS 2 is refused before anything of it is kept', async (t) => {
  await using intake = await openIntake()
  const socket = await loggedIn(intake.port, 'g1')
  const one = { cmd: 'publish', topic: topicOf('g1', 'telemetry/live'), qos: 2, dup: false, retain: false } as const
  for (let messageId = 1; messageId <= 500; messageId++)
    socket.write(mqttPacket.generate({ ...one, messageId, payload: 'x' }))
  await closed(socket)
  t.match(intake.refusals[0], { reason: 'protocol violation', detail: /QoS 2/ })
  const released = await loggedIn(intake.port, 'g1')
  released.write(mqttPacket.generate({ cmd: 'pubrel', messageId: 7 }))
  released.write(mqttPacket.generate({ cmd: 'puback', messageId: 8 }))
  const [pubcomp] = await once(released, 'data')
  t.equal(pubcomp[0] >> 4, 7, 'a PUBREL and a PUBACK of nothing are harmless')
  released.destroy()
})

t.test('QoS 0 telemetry is taken, and held like any other when there is no room', async (t) => {
  const held: (() => void)[] = []
  const order: number[] = []
  let open = false
  await using intake = await openIntake({
    delivery({ payload }, taken) {
      order.push(Buffer.from(payload).readUInt32BE())
      if (open) taken()
      else held.push(taken)
    },
  })
  const client = await connectGateway(intake.port, 'g1')
  const payload = (n: number) =>
    Buffer.concat([Buffer.alloc(4, Uint8Array.of(0, 0, n >> 8, n & 255)), Buffer.alloc(10_000)])
  for (let n = 0; n < 2_000; n++) client.publish(topicOf('g1', 'telemetry/live'), payload(n), { qos: 0 })
  while (held.length === 0) await pause(5)
  await pause(200)
  t.ok(order.length < 40, `${order.length} of 2,000 were handed over, the rest stays with the sender`)
  open = true
  for (const taken of held) taken()
  while (order.length < 2_000) await pause(5)
  t.same(
    order,
    Array.from({ length: 2_000 }, (_, n) => n),
  )
  await client.endAsync(true)
})

t.test('a gateway that sends too much is read later, not less', async (t) => {
  let taken = 0
  const flow = { packets: { perS: 200, burst: 50 }, bytes: { perS: 1e9, burst: 1e9 } }
  await using intake = await openIntake({ delivery: (_one, done) => [taken++, done()] }, { flow })
  const from = performance.now()
  const client = await connectGateway(intake.port, 'g1')
  // Each larger than a hundredth of what is read at once, so that a read is few packets.
  for (let n = 0; n < 200; n++) client.publish(topicOf('g1', 'telemetry/live'), Buffer.alloc(8_000), { qos: 0 })
  while (taken < 100) await pause(5)
  t.ok((intake.figures?.().rateHolds ?? 0) > 0, 'held')
  while (taken < 200) await pause(5)
  t.ok(performance.now() - from > 500, 'not faster than allowed')
  t.same(intake.refusals, [], 'and nothing refused')
  await client.endAsync(true)
})

t.test('wills pass the same rules as publishes', async (t) => {
  await using intake = await openIntake()
  const will = (topic: string, qos: 0 | 1 | 2, retain: boolean) => ({
    will: { topic, qos, retain, payload: Buffer.from('x') },
  })
  for (const bad of [
    will(topicOf('g2', 'status'), 1, true),
    will('$SYS/x', 0, false),
    will(topicOf('g1', 'ack'), 0, false),
    will(topicOf('g1', 'status'), 2, true),
    will(topicOf('g1', 'reply'), 1, true),
  ])
    await t.rejects(connectGateway(intake.port, 'g1', bad), /Not authorized/)
  await (await connectGateway(intake.port, 'g1', will(topicOf('g1', 'status'), 1, true))).endAsync(true)
})
