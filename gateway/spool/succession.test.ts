// What a successor declares when a flush fails under a running spool, and what it says when little is known of the one before.
import { FakeClock } from '@civitals/contracts/clock'
import { decodeEnvelope, type Envelope } from '@civitals/contracts/envelope'
import t from 'tap'
import { MemoryTable, memorySpool } from './memory.ts'
import { beforeAll, defaultKeepAcknowledgedMs, type Spool } from './spool.ts'
import { inherit, type SoundRow, type Succession } from './succession.ts'

const clock = new FakeClock()
const limits = { budgetBytes: 1e9, keepAcknowledgedMs: defaultKeepAcknowledgedMs, compress: false }
const everything = { after: beforeAll, before: Number.MAX_SAFE_INTEGER, limit: 1000 }
const draft = (value: number) => ({
  config: 'c',
  samples: [{ terminal: 't1', at: value, clock: 'synced' as const, values: { a: value } }],
  class: 'telemetry' as const,
})

async function envelopes(spool: Spool): Promise<Envelope[]> {
  return (await spool.waiting(everything)).map(({ payload }) => {
    const decoded = decodeEnvelope(payload)
    if (!decoded.ok) throw new Error(decoded.reason)
    return decoded.envelope
  })
}

t.test(
  'a flush that fails: the batch is written by the successor, what the old file may hold of it is left',
  async (t) => {
    const table = new MemoryTable()
    const successions: Succession[] = []
    const spool = memorySpool({ id: 's', limits, clock, table, onSuccession: (one) => successions.push(one) })
    for (let value = 1; value <= 3; value++) await spool.append([draft(value)])
    table.failNextFlush()
    const rows = await spool.append([draft(4), draft(5)])
    t.equal(spool.id, 's-2')
    t.same(
      rows.map(({ seq }) => seq),
      [1, 2],
    )
    t.same(successions, [{ from: 's', to: 's-2', reason: 'disk error', waiting: 3, lost: 0, atLeast: false }])
    t.same(
      (await envelopes(spool)).map((one) => [one.spool, one.seq, one.samples[0]?.values.a, one.previous?.lastSeq]),
      [
        ['s', 1, 1, undefined],
        ['s', 2, 2, undefined],
        ['s', 3, 3, undefined],
        ['s-2', 1, 4, 3],
        ['s-2', 2, 5, 3],
      ],
    )
    await spool.acknowledge({ upTo: 0, above: [[2, 2]] })
    await spool.append([draft(6)])
    t.equal((await envelopes(spool)).at(-1)?.previous, undefined, 'the centre has settled an envelope with the link')
  },
)

t.test('spools that fail one after the other: the link names all of which the centre may not know yet', async (t) => {
  const table = new MemoryTable()
  const spool = memorySpool({ id: 's', limits, clock, table })
  await spool.append([draft(1)])
  table.failNextFlush()
  await spool.append([draft(2)])
  table.failNextFlush()
  await spool.append([draft(3)])
  t.equal(spool.id, 's-3')
  const [, , last] = await envelopes(spool)
  t.same(last?.previous, {
    ...{ spool: 's-2', lastSeq: 1, reason: 'disk error' },
    before: [{ spool: 's', lastSeq: 1, reason: 'disk error' }],
  })
  const empty = new MemoryTable()
  const fresh = memorySpool({ id: 'f', limits, clock, table: empty })
  empty.failNextFlush()
  await fresh.append([draft(1)])
  t.equal((await envelopes(fresh))[0]?.previous, undefined, 'nobody ever heard of the first')
})

/** Rows 1..10 of one reading each, as far as they are to be seen. */
function* rowsWithout(...missing: readonly number[]): Iterable<SoundRow> {
  for (let seq = 1; seq <= 10; seq++) {
    if (missing.includes(seq)) continue
    const standing = seq <= 2 ? ('acknowledged' as const) : ('waiting' as const)
    const at = seq * 100
    yield {
      seq,
      payload: new Uint8Array(4),
      committedAt: 0,
      class: 'telemetry' as const,
      readings: 5,
      age: 0,
      from: at,
      to: at + 9,
      standing,
    }
  }
}
const account = {
  ...{ spool: 'old', newestSeq: 10, waiting: 8, waitingReadings: 40, producedReadings: 50, declaredLost: 0 },
  ...{ bytes: 0, gaps: [], settled: { upTo: 2, above: [] as [number, number][] } },
}
const remains = { spool: 'old', reason: 'damaged file' as const, newest: 0 }

function gapsOf(state: typeof account | undefined, missing: readonly number[], newest = 0) {
  const table = new MemoryTable()
  const told = inherit(table, 'new', { ...remains, newest, state, rows: rowsWithout(...missing) }, 2000)
  return { told, gaps: table.load()?.gaps, previous: table.load()?.previous }
}

t.test('as many numbers are missing as the accounts miss: exact, with the times of the rows beside them', async (t) => {
  const { gaps, told } = gapsOf(account, [1, 4, 5, 9])
  t.same(gaps, [
    { spool: 'old', fromSeq: 4, toSeq: 5, readings: 10, from: 309, to: 600, reason: 'damaged file' },
    { spool: 'old', fromSeq: 9, toSeq: 9, readings: 5, from: 809, to: 1000, reason: 'damaged file' },
  ])
  t.match(told, { lost: 15, atLeast: false, waiting: 5 })
})

t.test('more numbers are missing than the accounts miss: some left long ago, so the count is the least', async (t) => {
  const { gaps } = gapsOf({ ...account, waiting: 7, waitingReadings: 35 }, [4, 5])
  t.match(gaps, [{ fromSeq: 4, toSeq: 5, readings: 5, atLeast: true }])
})

t.test('nothing is known of the accounts: what is missing is unknown, and so is the end', async (t) => {
  const { gaps, previous, told } = gapsOf(undefined, [4, 10], 9)
  t.match(gaps, [{ fromSeq: 4, toSeq: 4, readings: 0, atLeast: true }])
  t.match(previous, { spool: 'old', lastSeq: 'unknown' })
  t.equal(told.atLeast, true)
})

t.test('numbers beyond the accounts: a cut log, of which nobody knows what it held', async (t) => {
  const { gaps, previous } = gapsOf(account, [], 13)
  t.match(gaps, [{ fromSeq: 11, toSeq: 13, readings: 0, atLeast: true }])
  t.match(previous, { lastSeq: 13 })
})

t.test('what other envelopes declare is not declared twice', async (t) => {
  const gap = { fromSeq: 4, toSeq: 4, readings: 5, from: 0, to: 0, reason: 'disk budget' }
  const { gaps } = gapsOf({ ...account, waiting: 7, waitingReadings: 35, gaps: [gap as never] }, [4, 7])
  t.match(gaps, [
    { fromSeq: 4, toSeq: 4, reason: 'disk budget', spool: 'old' },
    { fromSeq: 7, toSeq: 7, readings: 5, reason: 'damaged file', atLeast: undefined },
  ])
})

t.test('a row that is gone may have carried gap records: what they declared is said again, as unknown', async (t) => {
  const table = new MemoryTable()
  const spool = memorySpool({ id: 's', limits: { ...limits, budgetBytes: 1500 }, clock, table })
  for (let value = 1; value <= 12; value++) await spool.append([draft(value)])
  table.failNextFlush()
  await spool.append([draft(13)])
  const declared = table.read([1])[0]?.carried?.gaps ?? []
  t.ok(declared.length > 0 && declared.every((gap) => gap.spool === 's'), 'given up for want of room')
  table.garble(1)
  await spool.waiting(everything)
  t.equal(spool.id, 's-3')
  const told = (table.load()?.gaps ?? []).filter((gap) => gap.spool === 's')
  for (const { fromSeq, toSeq } of declared)
    t.match(
      told.find((gap) => gap.fromSeq <= fromSeq && toSeq <= gap.toSeq),
      { atLeast: true },
    )
})

t.test('rows of two older spools are gone: how much was whose nobody knows', async (t) => {
  const lose = async (...seqs: readonly number[]) => {
    const table = new MemoryTable()
    const spool = memorySpool({ id: 's', limits, clock, table })
    for (const values of [[1, 2], [3, 4], [5]]) {
      for (const value of values) await spool.append([draft(value)])
      if (values.length > 1) table.failNextFlush()
    }
    // The first spool stands at -3 and -2, the second at -1 and 0.
    table.garble(...seqs)
    await spool.waiting(everything)
    return (table.load()?.gaps ?? []).map((gap) => [gap.spool, gap.fromSeq, gap.readings, gap.atLeast])
  }
  t.same(await lose(-3), [['s', 1, 1, undefined]])
  t.same(await lose(-3, -1), [
    ['s', 1, 0, true],
    ['s-2', 1, 0, true],
  ])
})
