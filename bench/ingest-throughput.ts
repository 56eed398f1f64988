// Values a second through Aedes, admission, DuckDB and the rules of the alarms, generator beside it on the same machine.
//   setup/with-node bench/ingest-throughput.ts [--seconds 10] [--runs 3] [--values 50] [--store duckdb|memory]
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openAlarms } from '@civitals/alarms/alarms'
import { alarmMigrations } from '@civitals/alarms/migrations'
import type { City, Terminal } from '@civitals/contracts/registry'
import { systemClock } from '@civitals/contracts/system-clock'
import { openIngest } from '@civitals/ingest/ingest'
import { ingestMigrations } from '@civitals/ingest/migrations'
import { openRegistry } from '@civitals/ingest/registry'
import { openDuckdbSeries } from '@civitals/storage/duckdb'
import { MemorySeries } from '@civitals/storage/series-memory'
import { openSqliteState } from '@civitals/storage/sqlite'
import { temporaryFolder } from '../test/stage/process.ts'
import type { Load } from './ingest-generator.ts'
import { bench, median, printFigures } from './run.ts'

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    runs: { type: 'string', default: '3' },
    values: { type: 'string', default: '50' },
    connections: { type: 'string', default: '50' },
    store: { type: 'string', default: 'duckdb' },
  },
})
const seconds = Number(options.seconds)
const password = 'bench'
const name = (en: string) => ({ zh: en, en })
// An electrical terminal: shipped rules look at three of its five points.
const points = ['residual_current', 'cable_temperature', 'load', 'voltage', 'energy']
const terminalsPerGateway = Math.max(1, Math.round(Number(options.values) / points.length))

function terminalOf(gateway: string, order: number): Terminal {
  return {
    id: `${gateway}-t${order}`,
    kind: 'electrical',
    profile: 'bench',
    group: 'bench',
    gateway,
    site: 's1',
    name: name(`${gateway} ${order}`),
    reportEveryMs: 1_000,
    points: points.map((id) => ({ id, unit: unitOf[id] ?? 'none', name: name(id), range: [0, 200] })),
  }
}

const unitOf: Readonly<Record<string, string>> = {
  residual_current: 'mA',
  cable_temperature: 'celsius',
  load: 'percent',
}
const gateways = Array.from({ length: Number(options.connections) }, (_, order) => ({
  id: `g${order}`,
  name: name(`g${order}`),
}))
const terminals = gateways.flatMap(({ id }) =>
  Array.from({ length: terminalsPerGateway }, (_, order) => terminalOf(id, order)),
)
const city: City = {
  id: '440607',
  name: name('Bench'),
  timeZone: 'Asia/Shanghai',
  areas: [{ id: '440607', level: 'district', name: name('Bench') }],
  sites: [{ id: 's1', area: '440607', name: name('s1'), position: { longitude: 113, latitude: 23, datum: 'WGS-84' } }],
  gateways,
  terminals,
}

await bench(async (ending) => {
  const folder = temporaryFolder(ending)
  const clock = systemClock
  const migrations = [...ingestMigrations, ...alarmMigrations]
  const state = await openSqliteState({ file: join(folder, 'state.sqlite'), migrations })
  ending.teardown(() => state.close())
  const series = options.store === 'memory' ? new MemorySeries() : await openDuckdbSeries({ folder, clock })
  ending.teardown(() => series.close())
  const registry = await openRegistry(state)
  await registry.apply(city, Object.fromEntries(gateways.map(({ id }) => [id, password])))
  const alarms = await openAlarms({ state, registry, clock, onTransition: async () => undefined })
  const logger = { warn: console.error, error: console.error }
  const listen = { host: '127.0.0.1', port: 0 }
  const ingest = await openIngest({ state, series, registry, clock, steps: [alarms.step], listen, logger })
  ending.teardown(() => ingest.close())

  const generator = fork(join(import.meta.dirname, 'ingest-generator.ts'), { stdio: 'inherit' })
  ending.teardown(() => generator.kill())
  const load: Load = {
    port: ingest.port,
    password,
    spool: 'bench',
    points,
    gateways: gateways.map(({ id }) => ({
      id,
      terminals: terminals.filter(({ gateway }) => gateway === id).map((terminal) => terminal.id),
    })),
  }
  generator.send(load)
  const stored = async () => (await ingest.ledger()).reduce((sum, row) => sum + row.stored, 0)
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

  await pause(4_000)
  const runs: { values: number; cores: number; settlements: number }[] = []
  // Processor time between two ticks, not wall time: on a shared machine the latter tells of the neighbours.
  let longestBlockMs = 0
  let lastTick = performance.now()
  let lastCpu = process.threadCpuUsage()
  const monitor = setInterval(() => {
    const used = process.threadCpuUsage(lastCpu)
    longestBlockMs = Math.max(
      longestBlockMs,
      Math.min(performance.now() - lastTick - 10, (used.user + used.system) / 1e3),
    )
    lastTick = performance.now()
    lastCpu = process.threadCpuUsage()
  }, 10)
  for (let run = 0; run < Number(options.runs); run++) {
    const [values, cpu, settlements] = [await stored(), process.cpuUsage(), settlementsOf(ingest.health().facts)]
    const from = performance.now()
    await pause(seconds * 1_000)
    const passed = (performance.now() - from) / 1_000
    const used = process.cpuUsage(cpu)
    runs.push({
      values: ((await stored()) - values) / passed,
      cores: (used.user + used.system) / 1e6 / passed,
      settlements: (settlementsOf(ingest.health().facts) - settlements) / passed,
    })
  }
  clearInterval(monitor)
  generator.send('stop')
  const [{ published }] = (await once(generator, 'message')) as [{ published: number }]
  for (let waited = 0; waited < 100 && ingest.health().facts.queuedEnvelopes !== 0; waited++) await pause(50)
  await pause(500)
  const perEnvelope = terminalsPerGateway * points.length
  const rate = median(runs.map(({ values }) => values))
  printFigures(
    `Ingest throughput, ${gateways.length} connections, ${perEnvelope} values an envelope, ${options.runs} x ${seconds} s`,
    [
      {
        what: 'values a second, median',
        measured: Math.round(rate),
        unit: 'values/s',
        ...(perEnvelope === 50 ? { atLeast: 150_000 } : {}),
      },
      { what: 'envelopes a second', measured: Math.round(rate / perEnvelope), unit: '/s' },
      { what: 'cores the centre used', measured: median(runs.map(({ cores }) => cores)), unit: 'cores' },
      {
        what: 'values for one second of one core, all threads of the centre',
        measured: Math.round(rate / median(runs.map(({ cores }) => cores))),
        unit: 'values',
      },
      { what: 'settlements a second', measured: median(runs.map(({ settlements }) => settlements)), unit: '/s' },
      { what: 'longest block of the main loop, processor time', measured: longestBlockMs, unit: 'ms', atMost: 50 },
      { what: 'resident memory of the centre', measured: process.memoryUsage.rss() / 2 ** 20, unit: 'MiB' },
      {
        what: 'readings published and not settled',
        measured: published * perEnvelope - (await stored()),
        unit: 'readings',
        atMost: 0,
      },
      {
        what: 'readings settled and not in the store',
        measured: (await stored()) - (await series.count()),
        unit: 'readings',
        atMost: 0,
      },
    ],
  )
  console.log(JSON.stringify(ingest.rejectCounts()))
})

function settlementsOf(facts: Readonly<Record<string, unknown>>): number {
  return Number(facts.settlements)
}
