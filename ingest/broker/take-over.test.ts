// Many logins of one gateway at once: one of them stands in the end, and it is the one that is told and heard.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { systemClock } from '@civitals/contracts/system-clock'
import { topicOf } from '@civitals/contracts/topics'
import mqttPacket, { type Packet } from 'mqtt-packet'
import t from 'tap'
import { openAedesIntake } from '../intake/io/aedes.ts'
import { hashPassword } from '../registry/password.ts'
import { password } from '../testing/city.ts'
import { LoginTurns } from './login-turns.ts'

const login = mqttPacket.generate({
  ...{ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 60 },
  ...{ clientId: 'g1', username: 'g1', password: Buffer.from(password) },
} as Packet)
const subscriptions = [{ topic: topicOf('g1', 'ack'), qos: 0 as const }]
const subscribe = mqttPacket.generate({ cmd: 'subscribe', messageId: 1, subscriptions })

t.test('turns of one id follow each other; others do not wait; nothing is kept', async (t) => {
  const turns = new LoginTurns()
  const seen: string[] = []
  const first = await turns.take('a')
  const second = turns.take('a').then((over) => {
    seen.push('second')
    return over
  })
  const other = await turns.take('b')
  seen.push('other')
  other()
  first()
  const over = await second
  t.same(seen, ['other', 'second'])
  over()
  await new Promise(setImmediate)
  t.equal(turns.size, 0)
})

t.test('ten at once, an older session among them', async (t) => {
  const hash = await hashPassword(password)
  const heard: string[] = []
  let listening = 0
  await using intake = await openAedesIntake({
    listen: { host: '127.0.0.1', port: 0 },
    clock: systemClock,
    hashOf: () => hash,
    events: {
      delivery: ({ payload }, taken) => {
        heard.push(Buffer.from(payload).toString())
        taken()
      },
      status: () => undefined,
      reply: () => undefined,
      configurations: () => undefined,
      listening: () => listening++,
      gone: () => undefined,
      refused: () => undefined,
    },
  })
  const sockets: Socket[] = []
  const open = new Set<Socket>()
  const told = new Map<Socket, number>()
  const dial = (): Socket => {
    const socket = connect(intake.port, '127.0.0.1')
    socket.on('error', () => undefined)
    sockets.push(socket)
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    const parser = mqttPacket.parser()
    parser.on('packet', ({ cmd }) => {
      if (cmd === 'connack') socket.write(subscribe)
      if (cmd === 'publish') told.set(socket, (told.get(socket) ?? 0) + 1)
    })
    socket.on('data', (bytes) => void parser.parse(bytes))
    return socket
  }
  const older = dial()
  older.write(login)
  while (listening === 0) await new Promise(setImmediate)
  const many = Array.from({ length: 10 }, dial)
  await Promise.all(many.map((socket) => once(socket, 'connect')))
  // All stand at the door before the first speaks: what they say is then read in one turn.
  while (intake.figures?.().connectionsWithoutLogin !== 10) await new Promise(setImmediate)
  for (const socket of many) socket.write(login)
  for (let turns = 0; open.size > 1 && turns < 400; turns++) await new Promise((resolve) => setTimeout(resolve, 5))
  await new Promise((resolve) => setTimeout(resolve, 50))
  t.equal(open.size, 1, 'one stands')
  t.equal(intake.connected(), 1)
  const [last] = open
  const live = { cmd: 'publish', topic: topicOf('g1', 'telemetry/live'), qos: 0, dup: false, retain: false } as const
  last?.write(mqttPacket.generate({ ...live, payload: 'hello' }))
  while (heard.length === 0) await new Promise(setImmediate)
  intake.acknowledge('g1', Buffer.from('{}'))
  while (told.size === 0) await new Promise(setImmediate)
  t.same([...told.keys()], [last], 'and it alone is told')
  for (const socket of sockets) socket.destroy()
})
