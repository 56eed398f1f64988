// Ranges of a spool are reopened, asked for and settled anew without changing an account.
import { seriesId } from '@civitals/contracts/ids'
import type { MemoryContents } from '@civitals/storage/series-memory'
import { openSqliteState } from '@civitals/storage/sqlite'
import t from 'tap'
import { acknowledged } from '../ledger/accounts.ts'
import { listResends } from '../ledger/resends.ts'
import { ingestMigrations } from '../migrations.ts'
import { envelopeOf, sampleOf, startAt } from '../testing/envelopes.ts'
import { openBench } from '../testing/settling-bench.ts'

const request = { gateway: 'g1', spool: 'p1', by: 'li', why: 'the disk was replaced' }
const seqs = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, order) => from + order)

async function settledBench(options: Parameters<typeof openBench>[0] = {}) {
  const bench = await openBench(options)
  for (const seq of seqs(1, 10)) bench.offer(envelopeOf(seq))
  await bench.until(() => bench.account()?.stored === 10)
  return bench
}

t.test('reopened ranges are asked for, left out of acknowledgements and settled anew', async (t) => {
  const contents: MemoryContents = new Map()
  await using bench = await settledBench({ contents })
  contents.clear()
  const before = bench.batches.length
  const resend = await bench.settler.resend({ ...request, ranges: [[3, 5]] })
  t.match(resend, { id: 'resend-1', by: 'li', why: 'the disk was replaced', remaining: 3, ranges: [[3, 5]] })
  t.same(bench.commands, [{ id: 'resend-1', kind: 'resend', spool: 'p1', ranges: [[3, 5]] }])
  t.same(acknowledged(bench.account()!), [
    [1, 2],
    [6, 10],
  ])
  for (const seq of [4, 3, 5]) bench.offer(envelopeOf(seq))
  await bench.until(() => bench.account()?.reopened.length === 0)
  t.same(acknowledged(bench.account()!), [[1, 10]])
  t.match(bench.account(), { stored: 10, rejected: 0, setAside: 0, duplicates: 0, settled: [[1, 10]] })
  t.equal(contents.get(seriesId('t1', 'depth'))?.size, 3, 'stored again')
  t.same(
    bench.batches.slice(before).flatMap(({ envelopes }) => envelopes),
    [],
    'evaluated by nobody',
  )
  bench.offer(envelopeOf(4))
  await bench.until(() => bench.account()?.duplicates === 1)
  await bench.settler.between(async () => undefined)
  const [listed] = await listResends(bench.breakable, bench.books.accounts)
  t.match(listed, { remaining: 0, missing: [], refused: null })
  t.type(listed?.doneAt, 'number')
})

t.test('a reopened envelope replaces its rows', async (t) => {
  const contents: MemoryContents = new Map()
  await using bench = await settledBench({ contents })
  await bench.settler.resend(request)
  bench.offer(envelopeOf(2, { samples: [sampleOf('t1', startAt + 2_000, { depth: 99 })] }))
  await bench.until(() => bench.account()?.reopened[0]?.[1] === 1)
  t.equal(contents.get(seriesId('t1', 'depth'))?.size, 10)
  t.equal(contents.get(seriesId('t1', 'depth'))?.get(startAt + 2_000)?.value, 99)
})

t.test('what the gateway does not hold any more is closed again and shown', async (t) => {
  await using bench = await settledBench()
  await bench.settler.resend({ ...request, ranges: [[1, 4]] })
  bench.settler.replied('g2', { id: 'resend-1', ok: true, reopened: 0, missing: [[1, 4]] })
  bench.settler.replied('g1', { id: 'resend-1', ok: true, reopened: 2, missing: [[1, 2]] })
  await bench.until(() => bench.account()?.reopened[0]?.[0] === 3)
  t.ok(bench.acknowledged.includes('g1'))
  const [listed] = await listResends(bench.breakable, bench.books.accounts)
  t.match(listed, { remaining: 2, missing: [[1, 2]], doneAt: null })
})

t.test('a gateway that refuses is not waited for', async (t) => {
  await using bench = await settledBench()
  await bench.settler.resend(request)
  bench.settler.replied('g1', { id: 'resend-1', ok: false, reason: 'no such spool' })
  await bench.until(() => bench.account()?.reopened.length === 0)
  await bench.settler.between(async () => undefined)
  const [listed] = await listResends(bench.breakable, bench.books.accounts)
  t.match(listed, { refused: 'no such spool', missing: [[1, 10]], remaining: 0 })
})

t.test('a gateway that comes back is asked once more, also after a restart of the centre', async (t) => {
  await using state = await openSqliteState({ file: ':memory:', migrations: ingestMigrations })
  {
    await using bench = await settledBench({ state })
    await bench.settler.resend({ ...request, ranges: [[2, 3]] })
    bench.offer(envelopeOf(2))
    await bench.until(() => bench.account()?.reopened[0]?.[0] === 3)
    bench.settler.askAgain('g2')
    t.equal(bench.commands.length, 1)
    bench.settler.askAgain('g1')
    t.match(bench.commands[1], { id: 'resend-1', ranges: [[3, 3]] })
  }
  await using bench = await openBench({ state })
  await bench.settler.between(async () => undefined)
  bench.settler.askAgain('g1')
  t.match(bench.commands, [{ id: 'resend-1', ranges: [[3, 3]] }])
  bench.offer(envelopeOf(3))
  await bench.until(() => bench.account()?.reopened.length === 0)
  t.match(bench.account(), { stored: 10, duplicates: 0 })
})

t.test('what was never settled cannot be asked for, nor too many ranges at once', async (t) => {
  await using bench = await settledBench()
  await t.rejects(bench.settler.resend({ ...request, spool: 'p9' }), { code: 'CIV_INGEST_UNKNOWN_SPOOL' })
  await t.rejects(bench.settler.resend({ ...request, ranges: [[11, 20]] }), { code: 'CIV_INGEST_NOTHING_SETTLED' })
  for (const seq of seqs(11, 50)) bench.offer(envelopeOf(seq))
  await bench.until(() => bench.account()?.stored === 50)
  const ranges = seqs(1, 17).map((one): [number, number] => [one * 2, one * 2])
  await t.rejects(bench.settler.resend({ ...request, ranges }), { code: 'CIV_INGEST_TOO_MANY_REOPENED' })
  t.same(bench.account()?.reopened, [])
})
