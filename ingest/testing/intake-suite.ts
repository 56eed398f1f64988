import { setTimeout as pause } from 'node:timers/promises'
import { topicOf } from '@civitals/contracts/topics'
import type { IPublishPacket, MqttClient } from 'mqtt'
import type { Test } from 'tap'
import type { Delivery, Intake, IntakeEvents, Refusal } from '../intake/port.ts'
import { connectGateway } from './io/station.ts'

/** Opens an intake that hands over to `events` and knows gateways g1 and g2; it ends with the test. */
export type OpenForSuite = (t: Test, events: IntakeEvents) => Promise<Intake>

/** What an intake handed over, and the means to hold it. */
interface Seen {
  readonly intake: Intake
  readonly deliveries: Delivery[]
  readonly statuses: [gateway: string, payload: string][]
  readonly replies: [gateway: string, payload: string][]
  readonly configurations: [gateway: string, payload: string][]
  readonly listening: string[]
  readonly refusals: Refusal[]
  /** While set, what comes is not taken; called for each. */
  hold: ((taken: () => void) => void) | undefined
}

/** Resolves once `what` holds; fails the test when it does not within 5 s. */
async function until(t: Test, what: () => boolean, name: string): Promise<void> {
  for (let turns = 0; !what() && turns < 500; turns++) await pause(10)
  t.ok(what(), name)
}

const textOf = (payload: Uint8Array): string => Buffer.from(payload).toString()
const online = JSON.stringify({ online: true, at: 1 })

type Case = (t: Test, seen: Seen, gateway: (id: string, will?: boolean) => Promise<MqttClient>) => Promise<void>

/** What every way in must do. */
export async function intakeSuite(t: Test, open: OpenForSuite): Promise<void> {
  for (const [name, behaviour] of Object.entries(cases)) {
    await t.test(name, async (t) => {
      const deliveries: Delivery[] = []
      const seen: Omit<Seen, 'intake'> = {
        ...{ deliveries, statuses: [], replies: [], configurations: [], listening: [], refusals: [] },
        hold: undefined,
      }
      const intake = await open(t, {
        delivery(delivery, taken) {
          deliveries.push(delivery)
          if (seen.hold) seen.hold(taken)
          else taken()
        },
        status: (id, payload) => void seen.statuses.push([id, textOf(payload)]),
        reply: (id, payload) => void seen.replies.push([id, textOf(payload)]),
        configurations: (id, payload) => void seen.configurations.push([id, textOf(payload)]),
        listening: (id) => void seen.listening.push(id),
        gone: () => undefined,
        refused: (one) => void seen.refusals.push(one),
      })
      const whole = Object.assign(seen, { intake })
      const clients: MqttClient[] = []
      t.teardown(() => Promise.all(clients.map((client) => client.endAsync(true))))
      await behaviour(t, whole, async (id, will = false) => {
        const last = { topic: topicOf(id, 'status'), payload: Buffer.from('gone'), qos: 1, retain: true } as const
        const client = await connectGateway(intake.port, id, { ...(will && { will: last }), keepalive: 1 })
        clients.push(client)
        await client.subscribeAsync([topicOf(id, 'ack'), topicOf(id, 'command')], { qos: 1 })
        await client.publishAsync(topicOf(id, 'status'), online, { qos: 1, retain: true })
        await until(t, () => seen.listening.includes(id), `${id} listens`)
        return client
      })
    })
  }
}

const cases: Readonly<Record<string, Case>> = {
  async 'envelopes of both lanes, each in its order, whatever the quality of service'(t, seen, gateway) {
    const client = await gateway('g1')
    const sent = Array.from(
      { length: 40 },
      (_, n) => ({ lane: n % 2 ? 'live' : 'backfill', text: `e${n}`, n }) as const,
    )
    for (const { lane, text, n } of sent)
      client.publish(topicOf('g1', `telemetry/${lane}`), text, { qos: n % 4 < 2 ? 1 : 0 }, () => undefined)
    await until(t, () => seen.deliveries.length === sent.length, 'all come')
    t.ok(seen.deliveries.every(({ gateway }) => gateway === 'g1'))
    for (const lane of ['live', 'backfill']) {
      const came = seen.deliveries.filter((one) => one.lane === lane).map(({ payload }) => textOf(payload))
      t.same(
        came,
        sent.filter((one) => one.lane === lane).map(({ text }) => text),
        lane,
      )
    }
  },

  async 'bytes are handed on as they are'(t, seen, gateway) {
    const client = await gateway('g1')
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, n) => (n * 31) % 256))
    await client.publishAsync(topicOf('g1', 'telemetry/live'), bytes, { qos: 1 })
    await until(t, () => seen.deliveries.length === 1, 'it comes')
    t.ok(bytes.equals(seen.deliveries[0]?.payload as Uint8Array))
  },

  async 'the status of a gateway, and its will when it vanishes'(t, seen, gateway) {
    const client = await gateway('g1', true)
    t.same(seen.statuses, [['g1', online]])
    client.stream.destroy()
    await until(t, () => seen.statuses.length === 2, 'the will comes')
    t.same(seen.statuses[1], ['g1', 'gone'])
  },

  async 'an acknowledgement reaches its gateway and no other; one to a gateway that is away goes nowhere'(
    t,
    seen,
    gateway,
  ) {
    const told: [string, string, number][] = []
    for (const id of ['g1', 'g2']) {
      const client = await gateway(id)
      client.on('message', (topic, payload, packet) => told.push([id, `${topic} ${payload}`, packet.qos]))
    }
    seen.intake.acknowledge('g9', Buffer.from('nobody'))
    seen.intake.acknowledge('g1', Buffer.from('{"spools":{}}'))
    await until(t, () => told.length === 1, 'it comes')
    await pause(50)
    t.same(told, [['g1', `${topicOf('g1', 'ack')} {"spools":{}}`, 0]])
  },

  async 'a command reaches its gateway at QoS 1, and its reply comes back'(t, seen, gateway) {
    const client = await gateway('g1')
    const asked = new Promise<IPublishPacket>((resolve) =>
      client.once('message', (_topic, _payload, packet) => resolve(packet)),
    )
    seen.intake.command('g1', Buffer.from('ask'))
    t.match(await asked, { topic: topicOf('g1', 'command'), qos: 1, retain: false })
    client.publish(topicOf('g1', 'reply'), 'told', { qos: 1 }, () => undefined)
    await until(t, () => seen.replies.length === 1, 'the reply comes')
    t.same(seen.replies, [['g1', 'told']])
  },

  async 'what a gateway tells of its configurations comes before the envelopes sent behind it'(t, seen, gateway) {
    const client = await gateway('g1')
    let before: number | undefined
    seen.hold = (taken) => {
      before ??= seen.configurations.length
      taken()
    }
    const retained = { qos: 1, retain: true } as const
    client.publish(topicOf('g1', 'config/state'), 'told', retained, () => undefined)
    client.publish(topicOf('g1', 'telemetry/live'), 'e', { qos: 1 }, () => undefined)
    await until(t, () => seen.deliveries.length === 1, 'both come')
    t.same(seen.configurations, [['g1', 'told']])
    t.equal(before, 1)
  },

  async 'what is not taken holds what stands behind it; then everything comes, once, in order'(t, seen, gateway) {
    const held: (() => void)[] = []
    seen.hold = (taken) => held.push(taken)
    const client = await gateway('g1')
    const count = 300
    const body = 'x'.repeat(2_000)
    for (let n = 0; n < count; n++)
      client.publish(topicOf('g1', 'telemetry/live'), `${n} ${body}`, { qos: 1 }, () => undefined)
    await until(t, () => held.length > 0, 'the first comes')
    await pause(200)
    t.ok(seen.deliveries.length < count, `${seen.deliveries.length} of ${count} were handed over`)
    seen.hold = undefined
    for (const taken of held) taken()
    await until(t, () => seen.deliveries.length >= count, 'the rest comes')
    t.same(
      seen.deliveries.map(({ payload }) => Number(textOf(payload).split(' ')[0])),
      Array.from({ length: count }, (_, n) => n),
    )
  },

  async 'while it is held it stays connected, longer than its keep-alive, and nothing of what it goes on sending is read'(
    t,
    seen,
    gateway,
  ) {
    const held: (() => void)[] = []
    seen.hold = (taken) => held.push(taken)
    const client = await gateway('g1')
    let closed = false
    client.on('close', () => {
      closed = true
    })
    for (let n = 0; n < 40; n++) {
      client.publish(topicOf('g1', 'telemetry/live'), `${n}`, { qos: n % 2 ? 1 : 0 }, () => undefined)
      await pause(100)
    }
    t.notOk(closed, 'its pings are answered')
    t.equal(seen.deliveries.length, 1, 'what is not taken is not read')
    seen.hold = undefined
    for (const taken of held) taken()
    await until(t, () => seen.deliveries.length === 40, 'then everything comes')
    t.same(
      seen.deliveries.map(({ payload }) => Number(textOf(payload))),
      Array.from({ length: 40 }, (_, n) => n),
    )
    t.notOk(closed)
  },

  async 'a wrong partition is refused and told'(t, seen, gateway) {
    const client = await gateway('g1')
    client.on('error', () => undefined)
    const wrong = topicOf('g1', 'telemetry/live').replace(/\/\d\d\//, (part) => (part === '/00/' ? '/01/' : '/00/'))
    client.publish(wrong, 'x', { qos: 1 }, () => undefined)
    await until(t, () => seen.refusals.length === 1, 'told')
    t.match(seen.refusals[0], { scope: 'publish', reason: 'wrong partition', gateway: 'g1' })
    t.same(seen.deliveries, [])
  },
}
