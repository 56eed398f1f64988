// The uplink against a broker and clients that are not ours: what mosquitto_sub sees, and what is left when the broker is killed.
import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { decodeEnvelope, type Envelope } from '@civitals/contracts/envelope'
import { decodeStatus, type GatewayStatus } from '@civitals/contracts/status'
import { freePort } from '@civitals/contracts/testing/free-port'
import { topicOf } from '@civitals/contracts/topics'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { runGateway } from './main.ts'
import { configFolder, listen, terminal } from './testing/file-gateway.ts'
import { until } from './testing/listening-gateway.ts'
import { missingMosquitto, mosquitto } from './testing/mosquitto.ts'

const run = promisify(execFile)
/** A gateway tries again after up to 0.5, 1, 2, 4, 8 s, at random. */
const reconnectMs = 30_000

/** What the centre's account of the broker sees: each envelope's bytes in hexadecimal, and the statuses. */
interface Seen {
  readonly envelopes: { readonly hex: string; readonly envelope: Envelope }[]
  readonly statuses: (GatewayStatus | undefined)[]
}

/** A gateway may write its own topics and hear its acknowledgements; passwords are mosquitto's own. */
function guarded(folder: string): string {
  const [passwords, access] = [join(folder, 'passwords'), join(folder, 'access')]
  for (const [place, user] of ['gw-01', 'centre'].entries())
    execFileSync('mosquitto_passwd', ['-b', ...(place === 0 ? ['-c'] : []), passwords, user, 'secret'])
  const own = ['telemetry/live', 'telemetry/backfill', 'status'] as const
  const rules = own.map((kind) => `topic write ${topicOf('gw-01', kind)}`)
  const centre = 'user centre\ntopic readwrite civitals/v1/#'
  writeFileSync(access, `user gw-01\n${rules.join('\n')}\ntopic read ${topicOf('gw-01', 'ack')}\n${centre}\n`)
  return `user root\nallow_anonymous false\npassword_file ${passwords}\nacl_file ${access}`
}

function watch(t: Test, port: number): Seen {
  const seen: Seen = { envelopes: [], statuses: [] }
  const flags = ['-p', String(port), '-i', 'centre', '-u', 'centre', '-P', 'secret', '-q', '1', '-F', '%t %x']
  const child = spawn('mosquitto_sub', [...flags, '-t', 'civitals/v1/#'], { stdio: ['ignore', 'pipe', 'ignore'] })
  t.teardown(() => child.kill())
  createInterface(child.stdout).on('line', (line) => {
    const [topic = '', hex = ''] = line.split(' ')
    const payload = Buffer.from(hex, 'hex')
    if (topic === topicOf('gw-01', 'status')) seen.statuses.push(decodeStatus(payload))
    if (!topic.includes('/telemetry/')) return
    const decoded = decodeEnvelope(payload)
    if (decoded.ok) seen.envelopes.push({ hex, envelope: decoded.envelope })
    else t.fail(decoded.reason)
  })
  return seen
}

t.test(
  'a killed broker loses nothing, and bytes sent again are the same bytes',
  { skip: missingMosquitto() },
  async (t) => {
    const port = await freePort()
    const broker = mkdtempSync(join(tmpdir(), 'broker-'))
    t.teardown(() => rmSync(broker, { recursive: true }))
    const rules = guarded(broker)
    const first = await mosquitto(t, port, broker, rules)
    const seen = watch(t, port)
    const newest = (): number => Math.max(0, ...seen.envelopes.map(({ envelope }) => envelope.seq))
    const folder = configFolder(t, port, await listen(t, terminal))
    const stop = new AbortController()
    const options = { configFile: join(folder, 'gateway.yaml'), logger: pino({ level: 'silent' }), signal: stop.signal }
    const running = await runGateway(options)
    t.teardown(async () => {
      stop.abort()
      await running.stopped
    })

    await until(t, () => newest() >= 3, 'three envelopes')
    const sample = seen.envelopes[0]?.envelope.samples[0]
    t.match(sample, { terminal: 'weather-01', clock: 'synced', quality: { pressure: 'out_of_range' } })
    t.same(sample?.values, { temperature: 0.7, wind_speed: 0.7 }, 'what seven in every register means')
    t.match(seen.statuses[0], { online: true, config: running.config })

    const acknowledge = (upTo: number) => {
      const message = JSON.stringify({ spools: { [running.status().spool?.id ?? '']: { upTo, above: [] } } })
      const flags = ['-p', String(port), '-u', 'centre', '-P', 'secret', '-t', topicOf('gw-01', 'ack'), '-m', message]
      return run('mosquitto_pub', flags)
    }
    await acknowledge(2)
    const spool = () => running.status().spool ?? { newestSeq: 0, waiting: 0 }
    await until(t, () => spool().waiting === spool().newestSeq - 2, 'two are settled, the others wait')

    const gone = once(first, 'exit')
    first.kill('SIGKILL')
    await gone
    const before = spool().newestSeq
    await until(t, () => spool().newestSeq >= before + 2, 'it goes on reading')
    await mosquitto(t, port, broker, rules)
    const came = () => new Set(seen.envelopes.map(({ envelope }) => envelope.seq))
    await until(t, () => came().has(before + 2), 'what was read meanwhile comes', reconnectMs)
    await until(
      t,
      () => Array.from({ length: before }, (_, at) => at + 1).every((seq) => came().has(seq)),
      'no hole',
      reconnectMs,
    )

    const bytes = Map.groupBy(seen.envelopes, ({ envelope }) => envelope.seq)
    for (const [seq, copies] of bytes) t.equal(new Set(copies.map(({ hex }) => hex)).size, 1, `envelope ${seq}`)
    t.equal(bytes.get(1)?.length, 1, 'what was settled is not sent again')
    t.ok((bytes.get(3)?.length ?? 0) >= 2, 'what was not settled is')
  },
)

t.test('a password mosquitto refuses is tried again, and nothing is lost', { skip: missingMosquitto() }, async (t) => {
  const port = await freePort()
  const broker = mkdtempSync(join(tmpdir(), 'broker-'))
  t.teardown(() => rmSync(broker, { recursive: true }))
  await mosquitto(t, port, broker, guarded(broker))
  const seen = watch(t, port)
  const folder = configFolder(t, port, await listen(t, terminal))
  writeFileSync(join(folder, 'password'), 'wrong\n')
  const stop = new AbortController()
  const options = { configFile: join(folder, 'gateway.yaml'), logger: pino({ level: 'silent' }), signal: stop.signal }
  const running = await runGateway(options)
  t.teardown(async () => {
    stop.abort()
    await running.stopped
  })
  await until(t, () => (running.status().spool?.newestSeq ?? 0) >= 1, 'it reads and keeps')
  t.same(seen.envelopes, [])
  writeFileSync(join(folder, 'password'), 'secret\n')
  await until(
    t,
    () => seen.envelopes.some(({ envelope }) => envelope.seq === 1),
    'the first envelope comes',
    reconnectMs,
  )
})
