// What is wrong from outside, tried against the running centre: refused, counted and shown, and never the ruin of what is right.
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type Envelope, encodeEnvelope } from '@civitals/contracts/envelope'
import type { Reject, SetAside } from '@civitals/contracts/ledger'
import { freePort } from '@civitals/contracts/testing/free-port'
import { partitionOf, topicOf } from '@civitals/contracts/topics'
import { connectAsync, type MqttClient } from 'mqtt'
import t, { type Test } from 'tap'
import { civitals, eventually, getJson, temporaryFolder } from './stage/process.ts'

const cityDocument = `
id: '440607'
name: { zh: 三水区, en: Sanshui }
timeZone: Asia/Shanghai
areas: [ { id: '440607', level: district, name: { zh: 三水区, en: Sanshui } } ]
sites: [ { id: mast, area: '440607', name: { zh: 杆, en: Mast }, position: { longitude: 112.88, latitude: 23.19, datum: WGS-84 } } ]
gateways: [ { id: gw-a, name: { zh: 甲, en: A } }, { id: gw-b, name: { zh: 乙, en: B } } ]
terminals: [ { id: water-01, profile: road-water-gauge, gateway: gw-a, site: mast } ]
`

interface Stage {
  readonly api: string
  readonly broker: number
  readonly password: (gateway: string) => string
  /** Resolves with the newest reject of this reason. */
  readonly rejected: (reason: string) => Promise<Reject>
}

async function stage(t: Test): Promise<Stage> {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'city.yaml'), cityDocument)
  const [port, broker] = [await freePort(), await freePort()]
  const words = ['up', '--no-simulator', '--city', join(folder, 'city.yaml'), '--data', join(folder, 'data')]
  const centre = civitals(t, ...words, '--port', String(port), '--broker-port', String(broker))
  await centre.prints(/Civitals is ready/)
  const api = `http://127.0.0.1:${port}/api/v1`
  return {
    api,
    broker,
    password: (gateway) => readFileSync(join(folder, `data/secrets/${gateway}.password`), 'utf8').trim(),
    rejected: (reason) =>
      eventually(async () => {
        const { items } = await getJson<{ items: Reject[] }>(`${api}/ingest/rejects?limit=1000`)
        return items.find((reject) => reject.reason === reason)
      }),
  }
}

function connect(t: Test, broker: number, gateway: string, password: string): Promise<MqttClient> {
  const credentials = { clientId: gateway, username: gateway, password, protocolVersion: 4 as const }
  return connectAsync(`mqtt://127.0.0.1:${broker}`, { ...credentials, reconnectPeriod: 0, connectTimeout: 5000 }).then(
    (client) => {
      t.teardown(() => client.endAsync(true))
      return client
    },
  )
}

/** Resolves when the broker has ended the connection, by whatever error. */
const closing = (client: MqttClient): Promise<void> =>
  new Promise((resolve) => {
    client.on('error', () => undefined)
    client.once('close', () => resolve())
  })

const envelope = (seq: number, samples: Envelope['samples']): Envelope => ({
  spool: 'spool-1',
  seq,
  config: 'c1',
  samples,
})
const sample = (terminal: string, at: number, values: Record<string, unknown>): Envelope['samples'][number] => ({
  terminal,
  at,
  clock: 'synced',
  values,
})

t.test('who may not come in is refused, counted and shown', async (t) => {
  const { broker, rejected, password } = await stage(t)
  await t.rejects(connect(t, broker, 'gw-none', 'x'), 'unknown gateway')
  t.equal((await rejected('unknown gateway')).scope, 'connection')
  await t.rejects(connect(t, broker, 'gw-a', 'wrong'), 'wrong password')
  t.equal((await rejected('wrong password')).gateway, 'gw-a')

  const wrongPartition = String((Number(partitionOf('gw-a')) + 1) % 64).padStart(2, '0')
  const topics: Record<string, string> = {
    'foreign topic': topicOf('gw-b', 'telemetry/live'),
    'wrong partition': `civitals/v1/${wrongPartition}/gw-a/telemetry/live`,
  }
  for (const [reason, topic] of Object.entries(topics)) {
    const client = await connect(t, broker, 'gw-a', password('gw-a'))
    const closed = closing(client)
    client.publish(topic, '{}', { qos: 1 }, () => undefined)
    await closed
    t.equal((await rejected(reason)).gateway, 'gw-a', reason)
  }
})

t.test(
  'a bad envelope is refused whole, a bad reading alone, and what is unknown waits for its registration',
  async (t) => {
    const { api, broker, rejected, password } = await stage(t)
    const now = Date.now()
    const client = await connect(t, broker, 'gw-a', password('gw-a'))
    const live = topicOf('gw-a', 'telemetry/live')
    const publish = (payload: Uint8Array): Promise<unknown> =>
      client.publishAsync(live, Buffer.from(payload), { qos: 1 })

    await publish(Buffer.from('{"spool":"spool-1","seq":1,"samples":7}'))
    t.match((await rejected('malformed envelope')).detail, /\w/, 'says why')

    await publish(
      encodeEnvelope(
        envelope(2, [
          sample('water-01', now, { depth: 4.2 }),
          sample('water-01', now + 1, { depth: 'deep' }),
          sample('water-01', now + 2, { depth: 1e15 }),
          sample('water-01', now + 86_400_000, { depth: 5 }),
          sample('water-02', now, { depth: 6.1 }),
          sample('water-01', now, { unheard: 1 }),
        ]),
      ),
    )
    for (const reason of ['not a number', 'absurd value', 'future time'])
      t.equal((await rejected(reason)).scope, 'reading', reason)
    const stored = async (terminal: string): Promise<number[]> => {
      const query = `terminal=${terminal}&point=depth&from=${now - 1000}&to=${now + 90_000_000}`
      return (await getJson<{ items: { value: number }[] }>(`${api}/readings?${query}`)).items.map(({ value }) => value)
    }
    t.same(await stored('water-01'), [4.2], 'the good reading of the same envelope is kept')

    const { items: aside } = await getJson<{ items: SetAside[] }>(`${api}/ingest/set-aside`)
    t.same(aside.map(({ terminal, point, reason }) => `${terminal}/${point}: ${reason}`).sort(), [
      'water-01/unheard: unknown point',
      'water-02/depth: unknown terminal',
    ])
    const { items: terminals } = await getJson<{ items: Record<string, unknown>[] }>(`${api}/terminals`)
    const { id: _, site, state: __, lastAt: ___, points, ...known } = terminals[0]!
    const registered = await fetch(`${api}/terminals`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-civitals': '1' },
      body: JSON.stringify({
        ...known,
        id: 'water-02',
        site: (site as { id: string }).id,
        points: (points as Record<string, unknown>[]).map(({ reading: ____, ...point }) => point),
      }),
    })
    t.equal(registered.status, 201, await registered.text())
    t.same(
      await eventually(async () => ((await stored('water-02')).length > 0 ? await stored('water-02') : undefined)),
      [6.1],
      'admitted once registered',
    )

    const closed = closing(client)
    client.publish(live, Buffer.alloc(300 * 1024, 32), { qos: 1 }, () => undefined)
    await closed
    t.equal((await rejected('oversized payload')).scope, 'connection', 'oversized: cut off')
  },
)

t.test(
  'a wrong configuration names file, line, key and the nearest valid key, exits with 2 and starts nothing',
  async (t) => {
    const folder = temporaryFolder(t)
    const file = join(folder, 'gateway.yaml')
    writeFileSync(file, 'gateway: gw-a\nuplnk: { url: mqtt://127.0.0.1 }\nlines: []\n')
    const gateway = civitals(t, 'gateway', 'run', '--config', file)
    t.equal(await gateway.ended, 2)
    t.match(gateway.output(), `${file}:2:1: uplnk: unknown key; did you mean uplink?`)

    const city = join(folder, 'city.yaml')
    writeFileSync(city, cityDocument.replace('road-water-gauge', 'road-water-guage'))
    const centre = civitals(
      t,
      'up',
      '--no-simulator',
      '--city',
      city,
      '--data',
      join(folder, 'data'),
      '--port',
      String(await freePort()),
    )
    t.equal(await centre.ended, 2)
    t.match(centre.output(), /city\.yaml:8:.*road-water-guage; did you mean road-water-gauge\?/)
  },
)

t.test('a taken port is one line that says which and how to choose another', async (t) => {
  const holder = createServer()
  holder.listen(0, '127.0.0.1')
  await once(holder, 'listening')
  t.teardown(() => holder.close())
  const port = (holder.address() as { port: number }).port
  const centre = civitals(t, 'up', '--data', temporaryFolder(t), '--port', String(port))
  t.equal(await centre.ended, 3)
  t.equal(centre.output(), `civitals: port ${port} is taken by another program; choose another with --port PORT\n`)
})
