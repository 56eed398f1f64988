import { FakeClock } from '@civitals/contracts/clock'
import type { Envelope, Sample } from '@civitals/contracts/envelope'
import t from 'tap'
import { memorySpool } from '../spool/memory.ts'
import type { Spool, SpoolDraft, SpoolRow } from '../spool/spool.ts'
import { Batcher } from './batcher.ts'
import { maxHeldSamples } from './held-samples.ts'

const sample = (at: number): Sample => ({ terminal: 't1', at, clock: 'synced', values: { a: at } })

function build(commitMs = 0, fails: () => boolean = () => false) {
  const clock = new FakeClock()
  const limits = { budgetBytes: 1e9, keepAcknowledgedMs: 1e9, compress: false }
  const spool = memorySpool({ id: 's1', limits, clock })
  const appended: { second: number; drafts: readonly SpoolDraft[] }[] = []
  const slow: Spool = {
    ...spool,
    async append(drafts) {
      if (commitMs > 0) await new Promise<void>((resolve) => void clock.after(commitMs, resolve))
      if (fails()) throw new Error('disk I/O error')
      appended.push({ second: clock.mono() / 1000, drafts })
      return spool.append(drafts)
    },
  }
  const committed: SpoolRow[] = []
  let refusals = 0
  let fix: { boot: string; offsetMs: number } | undefined
  const batcher = new Batcher({
    spool: slow,
    clock,
    config: 'c',
    lingerMs: 1000,
    onCommitted: (rows) => void committed.push(...rows),
    onRefused: () => void refusals++,
    takeClockFix: () => {
      const taken = fix
      fix = undefined
      return taken
    },
  })
  const sizes = (): number[] => appended.flatMap(({ drafts }) => drafts.map((draft) => draft.samples.length))
  return {
    ...{ clock, batcher, appended, committed, sizes },
    refusals: () => refusals,
    counters: () => spool.counters(),
    setFix: (value: typeof fix) => {
      fix = value
    },
  }
}

t.test('ordinary samples wait a second for each other, an urgent one takes them along at once', async (t) => {
  const { clock, batcher, appended, sizes } = build()
  batcher.add(sample(0), 'telemetry')
  await clock.advance(100)
  t.same(sizes(), [1], 'the first ones after a start are seen at once')
  batcher.add(sample(1), 'telemetry')
  await clock.advance(900)
  batcher.add(sample(2), 'telemetry')
  await clock.advance(99)
  t.same(sizes(), [1])
  await clock.advance(1)
  t.same(sizes(), [1, 2])
  t.equal(appended[1]?.second, 1.1)
  batcher.add(sample(3), 'telemetry')
  batcher.add(sample(4), 'alarm')
  await clock.advance(0)
  t.same(sizes(), [1, 2, 2])
  t.same(
    appended.map(({ drafts }) => drafts[0]?.class),
    ['telemetry', 'telemetry', 'alarm'],
  )
})

t.test(
  'each class goes in envelopes of its own, the highest first; what a terminal said keeps its order',
  async (t) => {
    const { clock, batcher, appended } = build()
    const of = (terminal: string, at: number): Sample => ({ ...sample(at), terminal })
    batcher.add(of('pump', 1), 'debug')
    batcher.add(of('air', 2), 'telemetry')
    batcher.add(of('road', 3), 'telemetry')
    batcher.add(of('door', 4), 'event')
    batcher.add(of('pump', 5), 'debug')
    batcher.add(of('road', 6), 'alarm')
    await clock.advance(0)
    t.same(
      appended.flatMap(({ drafts }) => drafts.map((draft) => [draft.class, draft.samples.map(({ at }) => at)])),
      [
        ['alarm', [3, 6]],
        ['event', [4]],
        ['telemetry', [2]],
        ['debug', [1, 5]],
      ],
    )
  },
)

t.test('memory that is full gives up the lowest class first', async (t) => {
  const { clock, batcher, committed } = build(0, () => clock.mono() < 10_000)
  for (let index = 0; index < maxHeldSamples; index++) batcher.add(sample(index), index % 100 === 0 ? 'debug' : 'event')
  batcher.add(sample(-1), 'alarm')
  await clock.advance(15_000)
  const envelopes = committed.map(({ payload }) => JSON.parse(new TextDecoder().decode(payload)) as Envelope)
  t.match(envelopes[0]?.gaps, [{ readings: 200, from: 0, to: 19_900 }])
  t.notOk(envelopes.some(({ samples }) => samples.some(({ at }) => at % 100 === 0)))
})

t.test('what arrives during a commit is the next', async (t) => {
  const { clock, batcher, sizes, appended } = build(50)
  for (let index = 0; index < 10; index++) {
    batcher.add(sample(index), 'alarm')
    await clock.advance(10)
  }
  await clock.advance(100)
  t.same(sizes(), [1, 4, 5], 'three commits for ten urgent samples')
  t.same(
    appended.map(({ second }) => second),
    [0.05, 0.1, 0.15],
  )
})

t.test('a disk that refuses loses nothing: the same samples are written once it takes them again', async (t) => {
  let broken = true
  const { clock, batcher, committed, sizes, refusals } = build(1, () => broken)
  for (let index = 0; index < 5; index++) batcher.add(sample(index), 'alarm')
  await clock.advance(3000)
  t.equal(sizes().length, 0)
  t.equal(refusals(), 3, 'tried about once a second, not once per sample')
  broken = false
  batcher.add(sample(5), 'alarm')
  await clock.advance(2000)
  t.same(sizes(), [6])
  t.equal(committed.length, 1)
  t.same(batcher.state, { held: 0 })
})

t.test(
  'memory is bounded while the disk refuses: ordinary readings go first, declared with the next commit',
  async (t) => {
    const { clock, batcher, sizes, committed, counters } = build(0, () => clock.mono() < 10_000)
    for (let index = 0; index < maxHeldSamples + 7; index++)
      batcher.add(sample(index), index < 3 ? 'alarm' : 'telemetry')
    await clock.advance(5_000)
    t.match(batcher.state, { held: maxHeldSamples - 193, trouble: 'disk I/O error' })
    await clock.advance(10_000)
    t.same(batcher.state, { held: 0 }, 'it goes on by itself')
    t.equal(
      sizes().reduce((sum, size) => sum + size, 0),
      maxHeldSamples - 193,
    )
    t.ok(
      sizes().every((size) => size <= 500),
      'in envelopes of bounded size',
    )
    const [first] = committed.map(({ payload }) => JSON.parse(new TextDecoder().decode(payload)) as Envelope)
    t.equal(first?.seq, 2, 'the lost readings have a number of their own')
    t.same(first?.gaps, [
      { fromSeq: 1, toSeq: 1, readings: 200, from: 3, to: 202, reason: 'disk refused, memory full' },
    ])
    t.same(
      first?.samples.slice(0, 4).map(({ at }) => at),
      [0, 1, 2, 203],
      'the urgent ones are there',
    )
    const { producedReadings, waitingReadings, declaredLost } = counters()
    t.equal(producedReadings, maxHeldSamples + 7, 'every reading is accounted for')
    t.equal(producedReadings, waitingReadings + declaredLost)
  },
)

t.test('a disk that refuses for long: losses add up, and urgent readings go when nothing else is left', async (t) => {
  const { clock, batcher, committed } = build(0, () => clock.mono() < 10_000)
  for (let index = 0; index < maxHeldSamples + 500; index++)
    batcher.add(sample(index), index >= 300 ? 'alarm' : 'telemetry')
  await clock.advance(15_000)
  const [first] = committed.map(({ payload }) => JSON.parse(new TextDecoder().decode(payload)) as Envelope)
  // 301 were on their way when the others came: of those the oldest went, and what came back gave up its ordinary ones.
  t.match(first?.gaps, [{ fromSeq: 1, toSeq: 1, readings: 500, from: 0, to: 500 }])
})

t.test('the fix of the clock travels once, and not with a batch that failed', async (t) => {
  let broken = true
  const { clock, batcher, appended, setFix } = build(1, () => broken)
  setFix({ boot: 'b', offsetMs: 5 })
  batcher.add(sample(1), 'alarm')
  await clock.advance(500)
  broken = false
  await clock.advance(2000)
  batcher.add(sample(2), 'alarm')
  await clock.advance(10)
  t.same(
    appended.map(({ drafts }) => drafts[0]?.clockFix),
    [{ boot: 'b', offsetMs: 5 }, undefined],
  )
})

t.test('flush commits what waits', async (t) => {
  const { clock, batcher, sizes } = build(20)
  batcher.add(sample(1), 'alarm')
  batcher.add(sample(2), 'telemetry')
  const flushed = batcher.flush()
  await clock.advance(100)
  await flushed
  t.same(sizes(), [1, 1])
})

t.test('an envelope holds samples of one configuration', async (t) => {
  const { clock, batcher, appended } = build()
  await clock.advance(2000)
  batcher.add(sample(1), 'telemetry')
  batcher.add(sample(2), 'telemetry')
  batcher.configure('d')
  batcher.add(sample(3), 'telemetry')
  await clock.advance(1000)
  t.same(
    appended.flatMap(({ drafts }) => drafts.map(({ config, samples }) => [config, samples.map(({ at }) => at)])),
    [
      ['c', [1, 2]],
      ['d', [3]],
    ],
  )
})

t.test('samples of many points are split so that each envelope fits on the wire', async (t) => {
  const { clock, batcher, appended, committed } = build()
  const values = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`temperature_${index}`, index + 0.5]))
  for (let at = 0; at < 12; at++) batcher.add({ ...sample(at), values }, 'telemetry')
  await clock.advance(1000)
  t.same(
    appended.flatMap(({ drafts }) => drafts.map(({ samples }) => samples.length)),
    [5, 5, 2],
  )
  t.ok(committed.every(({ payload }) => payload.length < 256 * 1024))
  t.equal(committed.length, 3, 'the spool need not cut them again')
})
