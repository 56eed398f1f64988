// The unit of a reading is that of the configuration it was read with, in whatever order the two arrive.
import type { MemoryContents } from '@civitals/storage/series-memory'
import { openSqliteState } from '@civitals/storage/sqlite'
import t from 'tap'
import { ingestMigrations } from '../migrations.ts'
import { terminalOf } from '../testing/city.ts'
import { configurationOf, toldOf } from '../testing/configurations.ts'
import { envelopeOf, sampleOf, startAt } from '../testing/envelopes.ts'
import { openBench } from '../testing/settling-bench.ts'

type Bench = Awaited<ReturnType<typeof openBench>>

const metres = configurationOf({ depth: 'm', flow: 'none' })
const envelope = (seq: number, config: string, values: Record<string, unknown>) =>
  envelopeOf(seq, { config, samples: [sampleOf('t1', startAt + seq, values)] })
const stored = async (bench: Bench, point = 'depth') =>
  (await bench.series.range({ terminal: 't1', point, from: 0, to: startAt * 2 })).map(({ value }) => value)

function tell(bench: Bench, ...configurations: Parameters<typeof toldOf>): void {
  const fault = bench.books.configurations.hear('g1', toldOf(...configurations), bench.clock.now())
  if (fault) throw new Error(fault)
  bench.queue.wake()
}

t.test(
  'a comparable unit is converted to the registered one, for the store, for the rules and for the live view',
  async (t) => {
    await using bench = await openBench()
    tell(bench, metres)
    bench.offer(envelope(1, metres.config, { depth: 1.13, flow: 7 }))
    await bench.until(() => bench.account()?.stored === 2)
    t.same(await stored(bench), [113])
    t.same(await stored(bench, 'flow'), [7])
    t.equal(bench.latest.get('t1', 'depth')?.value, 113)
    t.match(bench.batches, [{ envelopes: [{ readings: [{ value: 113 }, { value: 7 }] }] }])
  },
)

t.test('range and belief are judged in the registered unit', async (t) => {
  await using bench = await openBench()
  tell(bench, metres)
  // The depth of t1 goes from 0 to 200 cm; beyond 400 is beyond belief.
  bench.offer(envelope(1, metres.config, { depth: 3.9 }))
  bench.offer(envelope(2, metres.config, { depth: 4.1 }))
  await bench.until(() => bench.account()?.rejected === 1)
  t.same(await stored(bench), [390])
})

t.test('what an older gateway or other people send is in the registered unit', async (t) => {
  await using bench = await openBench()
  for (const [order, config] of ['c', '0123456789abcdef', ''].entries())
    bench.offer(envelope(order + 1, config, { depth: order }))
  await bench.until(() => bench.account()?.stored === 3)
  t.same(await stored(bench), [0, 1, 2])
})

t.test(
  'an envelope of an unknown configuration is set aside whole, and admitted when the configuration arrives',
  async (t) => {
    await using bench = await openBench()
    bench.offer(envelope(1, metres.config, { depth: 0.5, flow: 1 }))
    bench.offer(envelope(2, metres.config, { depth: 0.6, flow: Number.NaN, other: 1 }))
    await bench.until(() => bench.account()?.setAside === 4)
    t.match(bench.account(), { stored: 0, rejected: 1 })
    t.same(await stored(bench), [])
    tell(bench, configurationOf({ depth: 'cm' }), metres)
    await bench.until(() => bench.account()?.stored === 3)
    t.match(
      bench.account(),
      { stored: 3, setAside: 1, rejected: 1, declaredLost: 0 },
      'its other point is unknown still',
    )
    t.same(await stored(bench), [50, 60])
  },
)

t.test(
  'a unit of another quantity waits with what it came in; the registration may be the one that was wrong',
  async (t) => {
    await using bench = await openBench()
    const kilopascals = configurationOf({ depth: 'kPa' })
    tell(bench, kilopascals)
    bench.offer(envelope(1, kilopascals.config, { depth: 12, flow: 5 }))
    await bench.until(() => bench.account()?.setAside === 2)
    const { db } = bench.breakable
    const rows = await db
      .withTables<{ set_aside: { reason: string; detail: string } }>()
      .selectFrom('set_aside')
      .selectAll()
      .execute()
    t.match(rows, [
      { reason: 'unit mismatch', detail: 'comes in kPa, registered in cm' },
      { reason: 'unit mismatch', detail: 'comes without a unit, registered in none' },
    ])
    const terminal = terminalOf('t1', 'g1')
    const points = terminal.points.map(({ range: _, ...point }) => ({
      ...point,
      unit: point.id === 'depth' ? 'hPa' : point.unit,
    }))
    await bench.registry.registerTerminal({ ...terminal, points })
    await bench.until(() => bench.account()?.stored === 1)
    t.same(await stored(bench), [120])
    t.match(bench.account(), { setAside: 1 })
  },
)

t.test('what could not be read needs no unit', async (t) => {
  await using bench = await openBench()
  const other = configurationOf({ depth: 'kPa' })
  tell(bench, other)
  const samples = [{ ...sampleOf('t1', startAt, {}), quality: { depth: 'comm_fail' as const } }]
  bench.offer(envelopeOf(1, { config: other.config, samples }))
  await bench.until(() => bench.account()?.stored === 1)
  t.match(bench.account(), { setAside: 0 })
})

t.test('configurations outlive the centre; those of one gateway say nothing of another', async (t) => {
  await using state = await openSqliteState({ file: ':memory:', migrations: ingestMigrations })
  const contents: MemoryContents = new Map()
  {
    await using before = await openBench({ state, contents })
    tell(before, metres)
    await before.until(() => !before.books.configurations.hasPending)
  }
  await using after = await openBench({ state, contents })
  after.offer(envelope(1, metres.config, { depth: 0.7 }))
  await after.until(() => after.account()?.stored === 1)
  t.same(await stored(after), [70])
  after.offer(envelopeOf(1, { config: metres.config, samples: [sampleOf('t2', startAt, { depth: 1 })] }), 'g2')
  await after.until(() => after.books.accounts.get('g2', 'p1')?.setAside === 1)
})

t.test('a configuration that was heard while the store was away is stored with the readings after it', async (t) => {
  await using bench = await openBench()
  bench.breakable.failing = true
  tell(bench, metres)
  bench.offer(envelope(1, metres.config, { depth: 0.5 }))
  await bench.until(() => bench.settler.storeDown !== undefined)
  bench.breakable.failing = false
  for (let turn = 0; turn < 50 && bench.account()?.stored !== 1; turn++) await bench.clock.advance(1_000)
  await bench.until(() => bench.account()?.stored === 1)
  const tables = bench.breakable.db.withTables<{ gateway_configuration: { gateway: string; hash: string } }>()
  t.match(await tables.selectFrom('gateway_configuration').selectAll().execute(), [
    { gateway: 'g1', hash: metres.config },
  ])
})
