// From evaluation of a reading to the receiver having the signed webhook: store on disk, socket on loopback.
// Run: node workorders/testing/webhook-latency.bench.ts [rounds] [terminals in one storm]
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAlarms } from '@civitals/alarms/alarms'
import { alarmMigrations } from '@civitals/alarms/migrations'
import type { Terminal } from '@civitals/contracts/registry'
import { systemClock } from '@civitals/contracts/system-clock'
import { openSqliteState } from '@civitals/storage/sqlite'
import { workorderMigrations } from '../store/migrations.ts'
import { openWorkorders } from '../workorders.ts'
import { quiet, registry as sites } from './centre.ts'

const rounds = Number(process.argv[2] ?? 200)
const storm = Number(process.argv[3] ?? 1000)
const name = { zh: '积水', en: 'depth' }
const gauge = (id: string): Terminal => ({
  id,
  kind: 'road-water',
  profile: 'road-water-gauge',
  group: 'water',
  gateway: 'gw-1',
  site: 's-1',
  name,
  reportEveryMs: 60_000,
  points: [{ id: 'depth', unit: 'cm', name }],
})
const gauges = new Map(Array.from({ length: storm }, (_, index) => [`w-${index}`, gauge(`w-${index}`)]))
const registry = {
  ...sites,
  terminal: (id: string) => gauges.get(id),
  point: (id: string, point: string) => gauges.get(id)?.points.find((one) => one.id === point),
}

let received = Promise.withResolvers<number>()
let count = 0
let wanted = 1
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(204).end()
    if (++count === wanted) received.resolve(performance.now())
  })
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const folder = mkdtempSync(join(tmpdir(), 'civitals-bench-'))
const migrations = [...alarmMigrations, ...workorderMigrations]
const state = await openSqliteState({ file: join(folder, 'state.db'), migrations })
const clock = systemClock
const centre = await openWorkorders({ state, registry, clock, logger: quiet, webhooks: { allow: ['127.0.0.1'] } })
const alarms = await openAlarms({ state, registry, clock, onTransition: centre.onTransition })
await centre.addEndpoint({
  url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
  types: ['civitals.alarm.onset'],
})

let at = clock.now()

/** Settles one value of some gauges, `later` ms of event time after the last. */
async function settle(ids: readonly string[], value: number, later: number): Promise<void> {
  at += later
  const readings = ids.map((terminal) => ({ terminal, point: 'depth', at, value, quality: 'good' as const }))
  const effect = alarms.step({ envelopes: [{ gateway: 'gw-1', spool: 'sp', seq: 1, readings }], receivedAt: at })
  if (!effect) return
  await state.transaction((tx) => effect.write(tx))
  effect.committed()
}

const latencies: number[] = []
for (let round = 0; round < rounds; round++) {
  received = Promise.withResolvers()
  count = 0
  const started = performance.now()
  await settle(['w-0'], 18, 1000)
  latencies.push((await received.promise) - started)
  await settle(['w-0'], 3, 60_000)
  await settle(['w-0'], 3, 60_000)
}
latencies.sort((a, b) => a - b)
const quantile = (q: number): string =>
  (latencies[Math.min(latencies.length - 1, Math.floor(q * latencies.length))] ?? 0).toFixed(1)
process.stdout.write(`reading to webhook, ${rounds} alarms: p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms\n`)

received = Promise.withResolvers()
count = 0
wanted = storm
const started = performance.now()
await settle([...gauges.keys()], 18, 1000)
const settled = performance.now() - started
const last = (await received.promise) - started
process.stdout.write(
  `storm of ${storm} alarms in one settlement: settled in ${settled.toFixed(0)} ms, last webhook after ${last.toFixed(0)} ms\n`,
)
await centre.close()
await state.close()
server.closeAllConnections()
server.close()
rmSync(folder, { recursive: true })
