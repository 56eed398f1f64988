// A back-test of 30 days, hour by hour, over 1,000 terminals from one-minute buckets, two sets of definitions side by side; and one
// rule judged reading by reading over 100 series. Buckets and readings are made in memory: the store's part is not in it.
//   npm run bench -- indicators backtest [DAYS]
import { AlarmReplay } from '@civitals/alarms/replay'
import { loadRules } from '@civitals/alarms/shipped-rules'
import { registryView } from '@civitals/contracts/registry-view'
import type { MinuteColumns, MinuteQuery } from '@civitals/indicators/backtest/minutes'
import { replay } from '@civitals/indicators/backtest/replay'
import { shippedCatalogue } from '@civitals/indicators/shipped'
import { bench, printFigures } from '../run.ts'
import { bigCity } from './peers/big-city.ts'

const days = Number(process.argv[2] ?? 30)
const minute = 60_000
const day = 1440 * minute
const to = Date.parse('2026-06-12T09:00:00+08:00')
const from = to - days * day

/** Buckets of a series that keeps its period; the series of one stretch share them, so that making them costs next to nothing. */
let made: { readonly key: string; readonly columns: MinuteColumns } | undefined
function minutes(query: MinuteQuery): MinuteColumns {
  const key = `${query.from} ${query.to} ${query.everyMs}`
  if (made?.key !== key) made = { key, columns: columnsOf(query) }
  return made.columns
}

function columnsOf({ from: begin, to: end, everyMs = minute }: MinuteQuery): MinuteColumns {
  const length = Math.max(0, Math.floor((end - begin) / everyMs))
  const values = new Float32Array(length).fill(5)
  const first = Math.ceil(begin / everyMs) * (everyMs / minute)
  const at = new Uint32Array(length)
  for (let k = 0; k < length; k++) at[k] = first + k * (everyMs / minute)
  return { minute: at, mean: values, min: values, max: values, count: new Uint16Array(length).fill(1) }
}

await bench(async () => {
  const city = await bigCity(1000)
  const registry = registryView(city)
  const catalogue = await shippedCatalogue()
  const tried = {
    ...catalogue,
    indicators: catalogue.indicators.map((one) =>
      one.id === 'RENL-01' ? { ...one, anchors: [0, 2, 8, 15, 27, 60] } : one,
    ),
  }
  let buckets = 0
  let evaluations = 0
  const startedAt = performance.now()
  const cpu = process.cpuUsage()
  const sides = [
    { name: 'in force', catalogue },
    { name: 'tried', catalogue: tried },
  ]
  const plan = { registry, sides, from, to, everyMs: 60 * minute, complaints: [] }
  for await (const _ of replay(plan, async (query) => {
    const columns = minutes(query)
    buckets += columns.minute.length
    return columns
  }))
    evaluations++
  const replaySeconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(cpu)

  const rule = (await loadRules()).find(({ subject }) => 'kind' in subject && subject.kind === 'road-water')
  if (!rule) throw new Error('no rule on road water')
  const gauges = city.terminals.filter(({ kind }) => kind === 'road-water').slice(0, 100)
  const judge = new AlarmReplay([rule], registry)
  const every = 10_000
  const perDay = day / every
  let readings = 0
  const times = new Float64Array(perDay)
  const values = Float64Array.from({ length: perDay }, (_, at) => (at % 2000 < 300 ? 40 : 0))
  const judgedAt = performance.now()
  for (let k = 0; k < 100; k++) {
    const gauge = gauges[k % gauges.length]?.id ?? ''
    for (let d = 0; d < days; d++) {
      const first = to + k * days * day + d * day
      for (let at = 0; at < perDay; at++) times[at] = first + at * every
      judge.series(gauge, 'depth', times, values)
      readings += perDay
    }
  }
  const judgeSeconds = (performance.now() - judgedAt) / 1000
  // The longest window before the stretch is read whatever its length.
  const lead = 26 / 24
  const scaled = (30 + lead) / (days + lead)
  printFigures(`Back-test: ${days} days, ${city.terminals.length} terminals, two sides`, [
    { what: 'buckets fed', measured: buckets / 1e6, unit: 'M' },
    { what: 'evaluations', measured: evaluations, unit: '' },
    {
      what: days === 30 ? '30 days hour by hour' : `30 days, from ${days}`,
      measured: replaySeconds * scaled,
      unit: 's',
      atMost: 60,
    },
    { what: 'processor time of it', measured: ((user + system) / 1e6) * scaled, unit: 's' },
    { what: 'readings judged by one rule, 100 series', measured: readings / 1e6, unit: 'M' },
    { what: 'one rule over 100 series, 30 days at 10 s', measured: judgeSeconds * scaled, unit: 's', atMost: 60 },
    { what: 'alarms it raised', measured: judge.alarms.length, unit: '' },
  ])
})
