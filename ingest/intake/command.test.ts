// What the centre asks of a gateway, and what the gateway says to it.
import type { Command } from '@civitals/contracts/command'
import { systemClock } from '@civitals/contracts/system-clock'
import { topicOf } from '@civitals/contracts/topics'
import type { IPublishPacket, MqttClient } from 'mqtt'
import t from 'tap'
import { hashPassword } from '../registry/password.ts'
import { password } from '../testing/city.ts'
import { connectGateway, openStation } from '../testing/io/station.ts'
import { openAedesIntake } from './io/aedes.ts'
import type { IntakeEvents } from './port.ts'

const ask: Command = { id: 'c1', kind: 'resend', spool: 'p1', ranges: [[3, 9]] }
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value))
const nothing = () => undefined

const messageTo = (client: MqttClient): Promise<IPublishPacket> =>
  new Promise((resolve) => client.once('message', (_topic, _payload, packet) => resolve(packet)))

async function openIntake(events: Partial<IntakeEvents> = {}) {
  const hash = await hashPassword(password)
  return openAedesIntake({
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
      refused: nothing,
      ...events,
    },
  })
}

t.test('a command reaches its gateway at QoS 1, and no other', async (t) => {
  await using intake = await openIntake()
  const others: string[] = []
  const other = await connectGateway(intake.port, 'g2')
  other.on('message', (topic) => others.push(topic))
  await other.subscribeAsync(topicOf('g2', 'command'), { qos: 1 })
  const client = await connectGateway(intake.port, 'g1')
  await client.subscribeAsync(topicOf('g1', 'command'), { qos: 1 })
  intake.command('g1', bytes(ask))
  const packet = await messageTo(client)
  t.match(packet, { topic: topicOf('g1', 'command'), qos: 1, retain: false })
  t.same(JSON.parse(String(packet.payload)), ask)
  t.same(others, [])
  await Promise.all([client.endAsync(true), other.endAsync(true)])
})

t.test('a command to a gateway that is away is lost, though it asked for a session that lasts', async (t) => {
  const gone = Promise.withResolvers<void>()
  await using intake = await openIntake({ gone: () => gone.resolve() })
  const lasting = { clean: false }
  const before = await connectGateway(intake.port, 'g1', lasting)
  await before.subscribeAsync(topicOf('g1', 'command'), { qos: 1 })
  await before.endAsync()
  await gone.promise
  intake.command('g1', bytes(ask))
  const later = { ...ask, id: 'c2' }
  const client = await connectGateway(intake.port, 'g1', lasting)
  const first = messageTo(client)
  await client.subscribeAsync(topicOf('g1', 'command'), { qos: 1 })
  intake.command('g1', bytes(later))
  t.same(JSON.parse(String((await first).payload)), later)
  await client.endAsync(true)
})

t.test('a reply is handed on as it came', async (t) => {
  const heard: [string, string][] = []
  await using intake = await openIntake({ reply: (gateway, payload) => heard.push([gateway, String(payload)]) })
  const client = await connectGateway(intake.port, 'g1')
  await client.publishAsync(topicOf('g1', 'reply'), 'anything', { qos: 1 })
  t.same(heard, [['g1', 'anything']])
  await client.endAsync(true)
})

t.test('a reply that is none is listed', async (t) => {
  await using station = await openStation()
  const client = await connectGateway(station.ingest.port, 'g1')
  await client.publishAsync(topicOf('g1', 'reply'), '{"id":', { qos: 1 })
  t.equal(station.ingest.rejectCounts()['malformed envelope'], 1)
  await client.endAsync(true)
})
