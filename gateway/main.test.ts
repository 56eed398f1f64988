// The whole gateway as one process would run it: configuration file, Modbus TCP terminal, spool on disk, a real broker (Aedes)
// and a centre that acknowledges.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeEnvelope, type Envelope } from '@civitals/contracts/envelope'
import { decodeStatus, type GatewayStatus } from '@civitals/contracts/status'
import { topicOf } from '@civitals/contracts/topics'
import { Aedes } from 'aedes'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { runGateway } from './main.ts'
import { configFolder, listen, terminal } from './testing/file-gateway.ts'

const logger = pino({ level: 'silent' })

interface Centre {
  readonly port: number
  readonly received: Envelope[]
  readonly statuses: GatewayStatus[]
  acknowledging: boolean
  next(what: () => boolean): Promise<void>
}

async function centre(t: Test): Promise<Centre> {
  const broker = await Aedes.createBroker()
  t.teardown(() => broker.close())
  broker.authenticate = (client, user, password, done) =>
    done(null, client.id === 'gw-01' && user === 'gw-01' && String(password) === 'secret')
  const waiters = new Set<() => void>()
  const state: Centre = {
    port: await listen(t, broker.handle),
    received: [],
    statuses: [],
    acknowledging: true,
    async next(what) {
      while (!what()) await new Promise<void>((resolve) => waiters.add(resolve))
    },
  }
  broker.on('publish', (packet) => {
    const payload = packet.payload as Buffer
    if (packet.topic === topicOf('gw-01', 'status')) state.statuses.push(decodeStatus(payload)!)
    if (
      packet.topic === topicOf('gw-01', 'telemetry/live') ||
      packet.topic === topicOf('gw-01', 'telemetry/backfill')
    ) {
      const decoded = decodeEnvelope(payload)
      if (!decoded.ok) throw new Error(decoded.reason)
      state.received.push(decoded.envelope)
      const { spool, seq } = decoded.envelope
      const message = JSON.stringify({ spools: { [spool]: { upTo: seq, above: [] } } })
      if (state.acknowledging)
        broker.publish(
          { cmd: 'publish', qos: 0, dup: false, retain: false, topic: topicOf('gw-01', 'ack'), payload: message },
          () => undefined,
        )
    }
    for (const wake of waiters) wake()
    waiters.clear()
  })
  return state
}

t.test('a reading goes from a register to the centre, is acknowledged, and the gateway says goodbye', async (t) => {
  const central = await centre(t)
  const folder = configFolder(t, central.port, await listen(t, terminal))
  const stop = new AbortController()
  const running = await runGateway({ configFile: join(folder, 'gateway.yaml'), logger, signal: stop.signal })
  await central.next(() => central.received.length >= 2)
  const [first] = central.received
  t.match(first, { seq: 1, config: running.config, samples: [{ terminal: 'weather-01', clock: 'synced' }] })
  t.ok(Math.abs(first!.samples[0]!.at - Date.now()) < 60_000)
  const [sample] = first!.samples
  t.same(Object.keys(sample!.values).sort(), ['temperature', 'wind_speed'])
  t.same(sample!.quality, { pressure: 'out_of_range' }, '7 is no air pressure: a quality and no value')
  t.match(central.statuses[0], { online: true, config: running.config, lines: [{ line: 'tcp-1', terminals: 1 }] })
  const before = performance.now()
  stop.abort()
  await running.stopped
  t.ok(performance.now() - before < 2000, 'stops within 2 s')
  t.match(central.statuses.at(-1), { online: false })
  const seqs = central.received.map((envelope) => envelope.seq)
  t.same(
    seqs,
    [...seqs].sort((a, b) => a - b),
  )
  t.equal(new Set(seqs).size, seqs.length, 'nothing is sent twice while acknowledgements come')
})

t.test('what a centre did not acknowledge is sent again by the next run, byte for byte', async (t) => {
  const central = await centre(t)
  central.acknowledging = false
  const folder = configFolder(t, central.port, await listen(t, terminal))
  const run = async (enough: () => boolean): Promise<void> => {
    const stop = new AbortController()
    const running = await runGateway({ configFile: join(folder, 'gateway.yaml'), logger, signal: stop.signal })
    await central.next(enough)
    stop.abort()
    await running.stopped
  }
  await run(() => central.received.length >= 1)
  const first = central.received.splice(0)
  await run(() => central.received.some((envelope) => envelope.seq === first[0]!.seq))
  const again = central.received.find((envelope) => envelope.seq === first[0]!.seq)
  t.same(again, first[0])
  t.equal(new Set(central.received.map((envelope) => envelope.spool)).size, 1, 'the spool outlives the run')
})

t.test('nothing starts from a wrong configuration', async (t) => {
  const folder = configFolder(t, 1, 1)
  const file = join(folder, 'gateway.yaml')
  writeFileSync(file, 'gateway: gw-01\n')
  const options = { configFile: file, logger, signal: new AbortController().signal }
  await t.rejects(runGateway(options), {
    code: 'CIV_GATEWAY_CONFIG',
    message: /gateway\.yaml:1:1: key uplink is missing/,
  })
  await t.rejects(runGateway({ ...options, configFile: join(folder, 'none.yaml') }), { code: 'CIV_GATEWAY_CONFIG' })
})

t.test('a second gateway does not write into the spool of the first', async (t) => {
  const central = await centre(t)
  const folder = configFolder(t, central.port, await listen(t, terminal))
  const options = { configFile: join(folder, 'gateway.yaml'), logger }
  const stop = new AbortController()
  const running = await runGateway({ ...options, signal: stop.signal })
  await t.rejects(runGateway({ ...options, signal: new AbortController().signal }), {
    code: 'CIV_GATEWAY_SPOOL_IN_USE',
  })
  stop.abort()
  await running.stopped
})

t.test('it follows its file: a good change is taken over, a wrong one refused, and the spool goes on', async (t) => {
  const central = await centre(t)
  const folder = configFolder(t, central.port, await listen(t, terminal))
  const file = join(folder, 'gateway.yaml')
  const good = readFileSync(file, 'utf8')
  const stop = new AbortController()
  const running = await runGateway({ configFile: file, logger, signal: stop.signal, watch: true })
  const configs = (): string[] => [...new Set(central.received.map((envelope) => envelope.config))]
  await central.next(() => central.received.length >= 2)
  const more = `${good}      - { id: weather-02, unit: 2, profile: weather-foreign, report: onChange }\n`
  writeFileSync(`${file}.new`, more)
  renameSync(`${file}.new`, file)
  const reports = (id: string) =>
    central.received.some(({ samples }) => samples.some(({ terminal }) => terminal === id))
  await central.next(() => reports('weather-02'))
  t.equal(configs().length, 2)
  t.equal(running.status().config, configs()[1])
  writeFileSync(file, more.replace('unit: 2', 'unit: two'))
  t.match(await running.reload(), { kind: 'refused', problems: [/gateway\.yaml:10:33: lines\.0\.terminals\.1\.unit/] })
  writeFileSync(file, good)
  process.kill(process.pid, 'SIGHUP')
  await central.next(() => running.status().config === running.config)
  t.equal(running.status().lines?.[0]?.terminals, 1)
  stop.abort()
  await running.stopped
  t.equal(new Set(central.received.map(({ spool }) => spool)).size, 1)
})
