// What Debian's influxd will not take, and what it would drop without a word; each read back by its own command line.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { FakeClock } from '@civitals/contracts/clock'
import type { Quality } from '@civitals/contracts/quality'
import type { Reading } from '@civitals/contracts/reading'
import t from 'tap'
import { openInfluxdbSeries } from './io/influxdb.ts'
import { influxdMissing, startInfluxd } from './testing/influxd.ts'

const noon = Date.UTC(2026, 5, 12, 12, 0, 0)
let seq = 1
const batch = (readings: readonly Reading[]) => ({
  envelopes: [{ gateway: 'gw-1', spool: 's', seq: seq++, readings }],
  receivedAt: noon,
})
const reading = (terminal: string, point: string, at = noon, value = 1, quality: Quality = 'good'): Reading => ({
  ...{ terminal, point, at, value, quality },
})
const terminals = (count: number) => Array.from({ length: count }, (_, order) => `air-${order}`)

t.test('poison for a real InfluxDB 1.x', { skip: influxdMissing }, async (t) => {
  const influxd = await startInfluxd()
  t.teardown(() => influxd.stop())
  let requests = 0
  const count = () => requests++
  subscribe('http.client.request.start', count)
  t.teardown(() => unsubscribe('http.client.request.start', count))
  const open = (database: string, groupOf = (_terminal: string): string => 'air') =>
    openInfluxdbSeries({ url: influxd.url, database, groupOf, clock: new FakeClock(), timeoutMs: 20_000 })
  const foreign = (database: string, lines: string) =>
    fetch(`${influxd.url}/write?db=${database}&precision=ms`, { method: 'POST', body: lines })
  const rows = async (database: string, influxql: string) => (await influxd.cli(database, influxql)).slice(1)

  await t.test('a column that exists as integer: its readings alone, in a few requests', async (t) => {
    await using store = await open('integer')
    await foreign('integer', `air,terminal=other pm99=5i ${noon}`)
    const bad = terminals(2000).map((terminal) => reading(terminal, 'pm99'))
    const good = terminals(2000).map((terminal) => reading(terminal, 'pm25'))
    requests = 0
    const { refused } = await store.write(batch([...good, ...bad]))
    t.same(new Set(refused.map((one) => one.reading)), new Set(bad))
    t.match(refused[0], { reason: /field type conflict: input field "pm99"/, tooOld: undefined })
    t.ok(requests <= 3, `${requests} requests`)
    t.same(await rows('integer', 'SELECT count(pm25) FROM air'), ['air,0,2000'])
    t.same(await rows('integer', 'SELECT pm99 FROM air'), [`air,${noon},5`])
  })

  await t.test('a flag that exists as float takes the reading with it, not its neighbours', async (t) => {
    await using store = await open('flag')
    await foreign('flag', `air,terminal=other pm25_q=5 ${noon}`)
    const bad = reading('air-1', 'pm25', noon, 3, 'uncertain')
    const { refused } = await store.write(batch([bad, reading('air-1', 'pm10'), reading('air-2', 'pm25')]))
    t.same(
      refused.map((one) => one.reading),
      [bad],
    )
    t.same(await rows('flag', 'SELECT pm10, pm25 FROM air WHERE terminal =~ /air/'), [
      `air,${noon},1,`,
      `air,${noon},,1`,
    ])
  })

  await t.test('points beyond the retention policy: those alone, all their readings, in a few requests', async (t) => {
    await using store = await open('retention')
    await influxd.cli('retention', 'ALTER RETENTION POLICY autogen ON "retention" DURATION 24h SHARD DURATION 1h')
    const now = Date.now()
    const at = (hours: number): number => now - hours * 3_600_000
    const readings = Array.from({ length: 1000 }, (_, order) =>
      ['pm25', 'pm10'].map((point) => reading(`air-${order % 7}`, point, at(order % 2 === 0 ? 1 : 100) + order)),
    ).flat()
    requests = 0
    const { refused } = await store.write(batch(readings))
    t.same(new Set(refused.map((one) => one.reading)), new Set(readings.filter((one) => one.at < at(50))))
    t.match(refused[0], { reason: /points beyond retention policy/, tooOld: true })
    t.ok(requests <= 5, `${requests} requests`)
    t.same(await rows('retention', 'SELECT count(pm25), count(pm10) FROM air'), ['air,0,500,500'])
  })

  await t.test('a line it cannot parse, repeated by it in a header of 70 kB', async (t) => {
    const long = 'x'.repeat(70_000)
    await using store = await open('long')
    const bad = [reading(long, 'pm25'), reading('air-1', long)]
    const { refused } = await store.write(batch([reading('air-1', 'pm25'), ...bad, reading('air-2', 'pm25')]))
    t.same(new Set(refused.map((one) => one.reading)), new Set(bad))
    t.match(refused[0], { reason: /unable to parse/ })
    t.ok(
      refused.every(({ reason }) => reason.length < 300),
      'reasons stay readable',
    )
    t.same(await rows('long', 'SELECT pm25 FROM air'), [`air,${noon},1`, `air,${noon},1`])
  })

  await t.test('names it answers 204 to and keeps nothing of', async (t) => {
    const groups: Readonly<Record<string, string>> = { comment: '#air', nameless: '' }
    await using store = await open('silent', (terminal) => groups[terminal] ?? 'air')
    t.equal((await foreign('silent', `air,terminal=a time=1,pm10=2 ${noon}`)).status, 204)
    t.equal((await foreign('silent', `#air,terminal=b pm10=2 ${noon}`)).status, 204)
    t.same(await rows('silent', 'SELECT * FROM air'), [`air,${noon},2,a`], 'no field time, no terminal b')
    const bad = [
      reading('air-1', 'time'),
      reading('air-1', 'terminal'),
      reading('comment', 'pm25'),
      reading('nameless', 'pm25'),
      reading('', 'pm25'),
      reading('air-1', ''),
      reading('air-1\n', 'pm25'),
      reading('air-1\\', 'pm25'),
    ]
    const { refused } = await store.write(batch([...bad, reading('air-1', 'pm25')]))
    t.same(
      refused.map((one) => one.reading),
      bad,
    )
    t.ok(refused.every(({ reason }) => reason.length > 0))
    t.same(await rows('silent', "SELECT * FROM air WHERE terminal = 'air-1'"), [`air,${noon},,1,air-1`])
  })
})
