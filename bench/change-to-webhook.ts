// From a change in a simulated terminal to the signed webhook received, over the real path: Modbus, spool, MQTT, stores, rules,
// case, outbox, HTTP.
//   setup/with-node bench/change-to-webhook.ts [ROUNDS]
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Alarm } from '@civitals/contracts/alarm'
import { freePort } from '@civitals/contracts/testing/free-port'
import { civitals, temporaryFolder } from '../test/stage/process.ts'
import { bench, median, printFigures, quantile } from './run.ts'

const rounds = Number(process.argv[2] ?? 4)
const pollIntervalMs = 1000
/** Longest off-delay of the rules used, with room. */
const returnAfterMs = 75_000

interface Change {
  readonly terminal: string
  readonly point: string
  readonly rule: string
  readonly value: number
}

const numbered = (kind: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${kind}-${String(n + 1).padStart(2, '0')}`)
const change =
  (point: string, rule: string, value: number) =>
  (terminal: string): Change => ({ terminal, point, rule, value })

const changes: readonly Change[] = [
  ...numbered('road-water', 5).map(change('depth', 'road-depth-high', 20)),
  ...numbered('gas', 3).map(change('concentration', 'gas-high', 12)),
  ...numbered('electrical', 3).map(change('residual_current', 'residual-current-high', 350)),
  ...numbered('cover', 4).map(change('open', 'cover-open', 1)),
  ...numbered('manhole', 5).map(change('freeboard', 'manhole-freeboard-low', 0.1)),
  ...numbered('road-water', 5).map(change('depth', 'road-depth-critical', 32)),
  ...numbered('gas', 3).map(change('concentration', 'gas-critical', 25)),
]
const calm: Readonly<Record<string, number>> = {
  depth: 0,
  concentration: 0,
  residual_current: 20,
  open: 0,
  freeboard: 1.5,
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function post(url: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json', 'x-civitals': '1' }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  return response
}

await bench(async (ending) => {
  const data = temporaryFolder(ending)
  const waiting = new Map<string, (at: number) => void>()
  const receiver = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      response.writeHead(204).end()
      const event = JSON.parse(body) as { type: string; data: { alarm?: Alarm } }
      const { subject, rule } = event.data.alarm ?? {}
      if (event.type !== 'civitals.alarm.onset' || subject?.kind !== 'series') return
      waiting.get(`${subject.terminal} ${rule}`)?.(performance.now())
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  ending.teardown(() => receiver.close())
  const ports = ['--port', String(await freePort()), '--broker-port', String(await freePort())]
  const centre = civitals(ending, 'up', '--data', data, ...ports)
  const ready = await centre.prints(/Civitals is ready: (\S+)/, 120_000)
  await post(`${ready[1]}/api/v1/webhooks`, { url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/` })
  const { control } = JSON.parse(readFileSync(join(data, 'run/simulator.json'), 'utf8')) as { control: string }

  const samples: number[] = []
  for (let round = 0; round < rounds; round++) {
    for (const { terminal, point, rule, value } of changes) {
      await pause(150 + Math.random() * pollIntervalMs)
      const heard = new Promise<number>((resolve, reject) => {
        waiting.set(`${terminal} ${rule}`, resolve)
        setTimeout(() => reject(new Error(`no webhook for ${terminal} ${rule}`)), 30_000).unref()
      })
      const changedAt = performance.now()
      await post(`${control}/set`, { terminal, point, value })
      samples.push((await heard) - changedAt)
    }
    for (const { terminal, point } of changes) await post(`${control}/set`, { terminal, point, value: calm[point] })
    if (round < rounds - 1) await pause(returnAfterMs)
  }
  const target = pollIntervalMs + 500
  printFigures(
    `Change in a terminal to webhook received, ${samples.length} changes, poll interval ${pollIntervalMs} ms`,
    [
      { what: 'median', measured: median(samples), unit: 'ms' },
      { what: 'p90', measured: quantile(samples, 0.9), unit: 'ms' },
      { what: 'p99', measured: quantile(samples, 0.99), unit: 'ms', atMost: target },
      { what: 'longest', measured: Math.max(...samples), unit: 'ms' },
    ],
  )
})
