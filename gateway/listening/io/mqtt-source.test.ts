// A broker that is not ours (mosquitto), messages published by its own client, and the whole gateway listening.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { systemClock } from '@civitals/contracts/system-clock'
import { freePort } from '@civitals/contracts/testing/free-port'
import t, { type Test } from 'tap'
import type { LineConfig } from '../../config/schema.ts'
import { listen } from '../../testing/file-gateway.ts'
import { elementProfile, listeningGateway, until } from '../../testing/listening-gateway.ts'
import { missingMosquitto, mosquitto } from '../../testing/mosquitto.ts'
import { MqttSource } from './mqtt-source.ts'

const options = { skip: missingMosquitto() }
const run = promisify(execFile)

type Publish = (topic: string, message: unknown, ...flags: string[]) => Promise<unknown>

async function start(
  t: Test,
  more: object,
  addresses: readonly string[],
  elements: Readonly<Record<string, string>>,
  before?: (publish: Publish) => Promise<unknown>,
  through = async (port: number): Promise<number> => port,
) {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'broker-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const child = await mosquitto(t, port, folder)
  const publish = (topic: string, message: unknown, ...flags: string[]) =>
    run('mosquitto_pub', ['-p', String(port), '-q', '1', '-t', topic, '-m', JSON.stringify(message), ...flags])
  await before?.(publish)
  const points = Object.entries(elements).map(([id, element]) => [id, { element }] as const)
  const profile = elementProfile('mqtt-json', Object.fromEntries(points))
  const line: LineConfig = {
    id: 'lora',
    transport: { kind: 'mqtt', url: `mqtt://127.0.0.1:${await through(port)}`, ...more },
    terminals: addresses.map((address, place) => ({ id: `node-${place + 1}`, address, profile: 'mqtt-json' })),
  }
  const gateway = await listeningGateway(t, [line], [profile])
  await until(t, () => gateway.status()?.connected === true, 'the gateway listens')
  return { ...gateway, publish, child, restart: () => mosquitto(t, port, folder) }
}

const uplink = (id: string, devEui: string, object: object) => ({
  ...{ deduplicationId: id, time: new Date().toISOString(), deviceInfo: { devEui }, fPort: 2, data: 'AQ==', object },
})

t.test('ChirpStack uplinks become readings; copies, foreign devices and rubbish do not', options, async (t) => {
  const { publish, samples, status } = await start(t, {}, ['0101010101010101', '0202020202020202'.toUpperCase()], {
    temperature: 'object.temperature',
    rssi: 'rxInfo[0].rssi',
  })
  const topic = 'application/7/device/0101010101010101/event/up'
  const first = { ...uplink('a', '0101010101010101', { temperature: 21.456 }), rxInfo: [{ rssi: -97 }] }
  await publish(topic, first)
  await publish(topic, first)
  await publish(topic.replace('/up', '/join'), uplink('b', '0101010101010101', { temperature: 99 }))
  await publish(topic, 'rubbish')
  await publish(topic, uplink('c', '0303030303030303', { temperature: 5 }))
  await publish(topic, uplink('d', '0202020202020202', { temperature: 4 }))
  await until(t, () => samples().length === 2, 'two samples')
  t.match(samples(), [
    { terminal: 'node-1', at: Date.parse(first.time), values: { temperature: 21.46, rssi: -97 } },
    { terminal: 'node-2', values: { temperature: 4 } },
  ])
  t.match(status(), { transactions: 2, crcErrors: 1, foreignFrames: 1, strangers: ['0303030303030303'] })
  t.same(status()?.refused, { field: 1 })
})

t.test('what is refused is told once with its reason, and counted', options, async (t) => {
  const { publish, samples, status, logged } = await start(t, {}, ['0101010101010101'], { t: 'object.t' })
  const topic = 'application/7/device/0101010101010101/event/up'
  for (let turn = 0; turn < 3; turn++) await publish(topic, { devEUI: '0101010101010101', object: { t: turn } })
  await publish(topic, uplink('a', '0101010101010101', { t: 4 }))
  await until(t, () => samples().length === 1, 'version 4 is read')
  const told = logged.filter(({ msg }) => msg.startsWith('refused'))
  t.match(told, [{ check: 'field', detail: /ChirpStack 3/ }])
  t.equal(told.length, 1)
  t.match(status(), { refused: { field: 3 } })
  t.same(samples()[0]?.values, { t: 4 })
})

t.test('plain JSON, its address in the topic; a kept message without a time is not now', options, async (t) => {
  const how = { payload: 'json', topics: ['wells/+/state'], address: 'topic[1]' }
  const kept = (publish: Publish) => publish('wells/w-9/state', { level: 9 }, '-r')
  const wells = ['w-7', 'w-8', 'w-9']
  const { publish, samples } = await start(t, how, wells, { level: '$.level' }, kept)
  await publish('wells/w-7/state', { level: '1.5' })
  await until(t, () => samples().length === 1, 'a sample')
  await publish('wells/w-8/state', { level: null })
  await until(t, () => samples().length === 2, 'another')
  t.match(samples(), [
    { terminal: 'node-1', values: { level: 1.5 } },
    { terminal: 'node-2', values: {}, quality: { level: 'stale' } },
  ])
})

t.test('what a broker delivers again, because our receipt was lost, counts once', options, async (t) => {
  let loseReceipts = false
  let lost = 0
  const links: Socket[] = []
  /** Between gateway and broker: what the gateway says can be lost, and the link cut. */
  const through = (port: number): Promise<number> =>
    listen(t, (socket) => {
      const onward = connect(port, '127.0.0.1')
      links.push(socket, onward)
      for (const [one, other] of [
        [socket, onward],
        [onward, socket],
      ] as const)
        one.on('error', () => undefined).on('close', () => other.destroy())
      onward.pipe(socket)
      socket.on('data', (chunk) => {
        if (loseReceipts) lost++
        else onward.write(chunk)
      })
    })
  const how = { payload: 'json', topics: ['wells/+/state'], address: 'topic[1]' }
  const { publish, samples, status } = await start(t, how, ['w-7'], { level: 'level' }, undefined, through)
  loseReceipts = true
  await publish('wells/w-7/state', { level: 1.5 })
  await until(t, () => lost > 0 && samples().length === 1, 'it came, and its receipt is lost')
  const cut = links.length
  for (const link of links) link.destroy()
  loseReceipts = false
  await until(t, () => links.length > cut && status()?.connected === true, 'the link is there again')
  await publish('wells/w-7/state', { level: 1.5 })
  await publish('wells/w-7/state', { level: 2.5 })
  await until(t, () => samples().at(-1)?.values.level === 2.5, 'the next ones come')
  t.same(
    samples().map(({ values }) => values.level),
    [1.5, 1.5, 2.5],
  )
})

t.test(
  'a message of 10 MB is refused and counted before it is in memory, receipted, and the next is read',
  options,
  async (t) => {
    const port = await freePort()
    const folder = mkdtempSync(join(tmpdir(), 'broker-'))
    t.teardown(() => rmSync(folder, { recursive: true }))
    await mosquitto(t, port, folder)
    const file = join(folder, 'long.json')
    writeFileSync(file, `{"a":"${'x'.repeat(10_000_000)}"}`)
    const handed: number[] = []
    const told: string[] = []
    const source = new MqttSource({
      ...{
        url: `mqtt://127.0.0.1:${port}`,
        topics: ['wells/+'],
        clientId: 'test',
        clock: systemClock,
        random: () => 0,
      },
      reader: {
        read: ({ payload }) => {
          handed.push(payload.length)
          return { kind: 'ignored' }
        },
      },
    })
    const nothing = (): void => undefined
    const hearing = {
      heard: nothing,
      report: nothing,
      trouble: nothing,
      maySetClocks: () => true,
      refused: ({ detail }: { detail: string }) => void told.push(detail),
    }
    const stop = new AbortController()
    const running = source.run(hearing, stop.signal)
    t.teardown(async () => {
      stop.abort()
      await running
    })
    await until(t, () => source.health.connected, 'it listens')
    for (let turn = 0; turn < 3; turn++)
      await run('mosquitto_pub', ['-p', String(port), '-q', '1', '-t', 'wells/7', '-f', file])
    await run('mosquitto_pub', ['-p', String(port), '-q', '1', '-t', 'wells/7', '-m', '{"a":1}'])
    await until(t, () => handed.includes(7), 'the next one comes')
    t.equal(Math.max(...handed), 7, 'nobody was handed more')
    t.same(source.health.refused, { length: 3 })
    t.equal(told[0], '10000008 bytes, at most 262144')
  },
)

t.test('a broker that dies is told once, and listened to again', options, async (t) => {
  const { publish, samples, child, restart, logged } = await start(t, {}, ['0101010101010101'], { t: 'object.t' })
  child.kill('SIGKILL')
  const told = () => logged.map(({ msg }) => msg).filter((msg) => msg.startsWith('line'))
  await until(t, () => told().length === 1, 'it is told')
  await restart()
  await until(t, () => told().length === 2, 'it works again')
  await publish('application/7/device/0101010101010101/event/up', uplink('a', '0101010101010101', { t: 3 }))
  await until(t, () => samples().length === 1, 'and brings readings')
  t.same(told(), ['line is down', 'line works again'])
})
