// A gateway that asks for its acknowledgements and reads nothing: it is cut off, and the others do not notice.
import { once } from 'node:events'
import { connect } from 'node:net'
import { performance } from 'node:perf_hooks'
import { systemClock } from '@civitals/contracts/system-clock'
import { topicOf } from '@civitals/contracts/topics'
import mqttPacket, { type Packet } from 'mqtt-packet'
import t from 'tap'
import { openAedesIntake } from '../intake/io/aedes.ts'
import type { Refusal } from '../intake/port.ts'
import { hashPassword } from '../registry/password.ts'
import { password } from '../testing/city.ts'
import { connectGateway } from '../testing/io/station.ts'

t.test('a frozen consumer', async (t) => {
  const hash = await hashPassword(password)
  const refusals: Refusal[] = []
  const listening = Promise.withResolvers<void>()
  const gone = Promise.withResolvers<void>()
  await using intake = await openAedesIntake({
    listen: { host: '127.0.0.1', port: 0 },
    clock: systemClock,
    hashOf: () => hash,
    events: {
      delivery: (_delivery, taken) => taken(),
      status: () => undefined,
      reply: () => undefined,
      configurations: () => undefined,
      listening: () => listening.resolve(),
      gone: (gateway) => gateway === 'g1' && gone.resolve(),
      refused: (one) => refusals.push(one),
    },
  })
  const frozen = connect(intake.port, '127.0.0.1')
  frozen.on('error', () => undefined)
  const login = { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 60 }
  frozen.write(
    mqttPacket.generate({ ...login, clientId: 'g1', username: 'g1', password: Buffer.from(password) } as Packet),
  )
  await once(frozen, 'data')
  const subscriptions = [{ topic: topicOf('g1', 'ack'), qos: 0 as const }]
  frozen.write(mqttPacket.generate({ cmd: 'subscribe', messageId: 1, subscriptions }))
  await listening.promise
  frozen.pause()

  const other = await connectGateway(intake.port, 'g2')
  let frozenFor = 0
  let longest = 0
  let sent = 0
  const from = performance.now()
  const cut = gone.promise.then(() => {
    frozenFor = performance.now() - from
  })
  while (frozenFor === 0) {
    for (let n = 0; n < 20; n++) intake.acknowledge('g1', Buffer.alloc(100_000))
    const start = performance.now()
    await other.publishAsync(topicOf('g2', 'telemetry/live'), 'x', { qos: 1 })
    longest = Math.max(longest, performance.now() - start)
    sent++
  }
  await cut
  t.ok(frozenFor >= 1_900, 'it was given two seconds')
  t.comment(
    `cut off after ${Math.round(frozenFor)} ms; ${sent} publishes beside it, the slowest ${Math.round(longest)} ms`,
  )
  t.ok(longest < 2_000, 'nobody else waited so long')
  t.match(refusals, [{ scope: 'connection', reason: 'slow consumer', gateway: 'g1' }])
  t.equal(refusals.length, 1, 'told once')
  frozen.destroy()
  await other.endAsync(true)
})
