// The whole way with a broker that is not ours between: gateway -> Mosquitto -> centre -> settled, through a killed broker and a centre that restarts.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@civitals/contracts/testing/free-port'
import { connectAsync } from 'mqtt'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { systemClock } from '../contracts/io/system-clock.ts'
import type { City } from '../contracts/registry.ts'
import { topicOf } from '../contracts/topics.ts'
import { runGateway } from '../gateway/main.ts'
import { configFolder, listen, terminal } from '../gateway/testing/file-gateway.ts'
import { until } from '../gateway/testing/listening-gateway.ts'
import { missingMosquitto, mosquitto } from '../gateway/testing/mosquitto.ts'
import { type Ingest, openIngest } from '../ingest/ingest.ts'
import { clientIntake } from '../ingest/intake/io/client.ts'
import { ingestMigrations } from '../ingest/migrations.ts'
import { openRegistry } from '../ingest/registry/registry.ts'
import { MemorySeries } from '../storage/series/memory.ts'
import { openSqliteState } from '../storage/state/sqlite/io/sqlite.ts'

const deploy = join(import.meta.dirname, '../deploy/mosquitto')
const name = { zh: '甲', en: 'one' }
// The profile gives m/s: the centre has it in another unit of the same quantity, and converts.
const registered = { temperature: 'celsius', wind_speed: 'km/h', pressure: 'hPa' }
const points = Object.entries(registered).map(([id, unit]) => ({ id, unit, name }))
const city: City = {
  ...{ id: '440607', name, timeZone: 'Asia/Shanghai', areas: [{ id: '440607', level: 'district', name }] },
  sites: [{ id: 's1', area: '440607', name, position: { longitude: 112.9, latitude: 23.2, datum: 'WGS-84' } }],
  gateways: [{ id: 'gw-01', name }],
  terminals: [
    {
      ...{ id: 'weather-01', kind: 'weather', profile: 'weather-foreign', group: 'weather', gateway: 'gw-01' },
      ...{ site: 's1', name, reportEveryMs: 1000, points },
    },
  ],
}

/** The shipped set-up, its paths moved into `folder`. */
function shipped(folder: string): string {
  const passwords = join(folder, 'civitals.passwords')
  for (const [place, user] of ['centre', 'gw-01'].entries())
    execFileSync('mosquitto_passwd', ['-b', ...(place === 0 ? ['-c'] : []), passwords, user, 'secret'])
  copyFileSync(join(deploy, 'civitals.acl'), join(folder, 'civitals.acl'))
  const conf = readFileSync(join(deploy, 'civitals.conf'), 'utf8').replaceAll('/etc/mosquitto', folder)
  return `user root\n${conf.replace(/^(listener|persistence) .*$/gm, '')}`
}

async function centreFor(t: Test, url: string) {
  const state = await openSqliteState({ file: ':memory:', migrations: ingestMigrations })
  const series = new MemorySeries()
  const registry = await openRegistry(state)
  await registry.apply(city, { 'gw-01': 'secret' })
  const logger = { warn: () => undefined, error: () => undefined }
  const listen = { host: '127.0.0.1', port: 0 }
  const openIntake = clientIntake({ url, username: 'centre', password: () => 'secret' })
  t.teardown(() => state.close())
  return {
    series,
    open: (): Promise<Ingest> =>
      openIngest({ state, series, registry, clock: systemClock, steps: [], listen, logger, openIntake }),
  }
}

t.test(
  'with the shipped access list a gateway speaks and hears on its own topics only',
  { skip: missingMosquitto() },
  async (t) => {
    const [port, folder] = [await freePort(), mkdtempSync(join(tmpdir(), 'broker-'))]
    t.teardown(() => rmSync(folder, { recursive: true }))
    await mosquitto(t, port, folder, shipped(folder))
    const login = (username: string, clientId = username) =>
      connectAsync({ host: '127.0.0.1', port, username, clientId, password: 'secret', reconnectPeriod: 0 })
    const [centre, gateway] = [await login('centre'), await login('gw-01')]
    t.teardown(() => Promise.all([centre.endAsync(true), gateway.endAsync(true)]))
    const seen = { centre: [] as string[], gateway: [] as string[] }
    centre.on('message', (topic) => seen.centre.push(topic))
    gateway.on('message', (topic) => seen.gateway.push(topic))
    await centre.subscribeAsync('civitals/v1/#', { qos: 1 })
    await gateway.subscribeAsync('#', { qos: 1 })
    const up = ['telemetry/live', 'telemetry/backfill', 'status', 'config/state', 'reply'] as const
    const down = ['ack', 'command', 'config', 'time'] as const
    for (const kind of [...up, ...down])
      for (const id of ['gw-01', 'gw-02']) await gateway.publishAsync(topicOf(id, kind), 'x', { qos: 1 })
    t.same(
      seen.centre,
      up.map((kind) => topicOf('gw-01', kind)),
      'what it may say',
    )
    seen.gateway.length = 0
    for (const kind of [...up, ...down])
      for (const id of ['gw-01', 'gw-02']) await centre.publishAsync(topicOf(id, kind), 'x', { qos: 1 })
    t.same(
      seen.gateway,
      down.map((kind) => topicOf('gw-01', kind)),
      'what it hears',
    )
    await t.rejects(
      connectAsync({ host: '127.0.0.1', port, clientId: 'x', reconnectPeriod: 0 }),
      'nobody without a name',
    )
  },
)

t.test('nothing is lost and nothing counts twice', { skip: missingMosquitto() }, async (t) => {
  const [port, folder] = [await freePort(), mkdtempSync(join(tmpdir(), 'broker-'))]
  t.teardown(() => rmSync(folder, { recursive: true }))
  const rules = shipped(folder)
  const broker = await mosquitto(t, port, folder, rules)
  const centre = await centreFor(t, `mqtt://127.0.0.1:${port}`)
  let ingest = await centre.open()
  t.teardown(() => ingest.close())

  const stop = new AbortController()
  const gateway = configFolder(t, port, await listen(t, terminal))
  const options = { configFile: join(gateway, 'gateway.yaml'), logger: pino({ level: 'silent' }), signal: stop.signal }
  const running = await runGateway(options)
  t.teardown(async () => {
    stop.abort()
    await running.stopped
  })
  const spool = () => running.status().spool ?? { id: '', newestSeq: 0, waiting: 0, producedReadings: 0 }
  const accountOf = (seq: number) => async (): Promise<boolean> => {
    const [row] = await ingest.ledger()
    const { waiting, producedReadings, newestSeq } = spool()
    // At such a moment the gateway knows that everything it ever read is settled, and so must the books.
    const whole = waiting === 0 && newestSeq >= seq && row?.settledUpTo === newestSeq
    return whole && row.stored === producedReadings && (await centre.series.count()) === producedReadings
  }
  const balanced = async (seq: number, when: string): Promise<void> => {
    const holds = accountOf(seq)
    for (let turns = 0; turns < 8000; turns++) {
      if (await holds()) break
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const [row] = await ingest.ledger()
    t.ok(await holds(), `${when}: ${JSON.stringify({ spool: spool(), row })}`)
  }
  await balanced(3, 'at first')

  const gone = once(broker, 'exit')
  broker.kill('SIGKILL')
  await gone
  const away = spool().newestSeq
  await until(t, () => spool().newestSeq >= away + 2, 'it goes on reading without a broker', 20_000)
  t.match(ingest.health().facts, { brokerConnected: 0 }, 'and the centre says so')
  await mosquitto(t, port, folder, rules)
  await balanced(away + 3, 'after the broker was killed')

  await ingest.close()
  const without = spool().newestSeq
  await until(t, () => spool().newestSeq >= without + 3, 'it goes on reading without a centre', 20_000)
  ingest = await centre.open()
  await balanced(without + 4, 'after the centre was away')
  const [row] = await ingest.ledger()
  t.comment(`${row?.stored} readings settled once, ${row?.duplicates} envelopes came again without effect`)
  t.match(row, { rejected: 0, setAside: 0 })
  // Seven in every register: 0.7 m/s.
  t.equal(ingest.latest.get('weather-01', 'wind_speed')?.value, 2.52)
  t.equal(ingest.latest.get('weather-01', 'temperature')?.value, 0.7)
})
