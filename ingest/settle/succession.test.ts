// A spool that could not go on and the one that continues it: its account ends, and closes when everything up to its last number is settled.
import type { GatewayStatus } from '@civitals/contracts/status'
import t from 'tap'
import { StatusBook } from '../ledger/balance.ts'
import { readAccounts } from '../ledger/store.ts'
import { envelopeOf, startAt } from '../testing/envelopes.ts'
import { openBench } from '../testing/settling-bench.ts'

const status: GatewayStatus = {
  ...{ online: true, at: startAt },
  spool: { id: 'p2', newestSeq: 1, waiting: 0, waitingReadings: 0, producedReadings: 1, declaredLost: 0, bytes: 0 },
}
const lost = { spool: 'p1', fromSeq: 3, toSeq: 3, readings: 4, from: startAt, to: startAt, reason: 'damaged file' }
const previous = { spool: 'p1', lastSeq: 4, reason: 'damaged file' }

t.test(
  'the account of the older spool closes when what was taken over has come and the rest is declared',
  async (t) => {
    await using bench = await openBench()
    const book = new StatusBook(bench.books.accounts)
    const row = (spool: string) => book.rows().find((one) => one.spool === spool)
    bench.offer(envelopeOf(1))
    await bench.until(() => bench.account()?.stored === 1)
    t.equal(row('p1')?.ended, null)
    bench.offer(envelopeOf(1, { spool: 'p2', previous, gaps: [lost] }))
    await bench.until(() => bench.books.accounts.get('g1', 'p2')?.stored === 1)
    book.hear('g1', status, startAt)
    const ended = { successor: 'p2', lastSeq: 4, reason: 'damaged file' }
    t.match(row('p1'), { ended, declaredLost: 4, produced: null, waiting: null, balanced: null, settledUpTo: 1 })
    bench.offer(envelopeOf(2))
    bench.offer(envelopeOf(4))
    await bench.until(() => bench.account()?.stored === 3)
    t.match(row('p1'), { ended, produced: 7, stored: 3, declaredLost: 4, waiting: 0, balanced: true, settledUpTo: 4 })
    t.match(row('p2'), { ended: null, produced: 1, balanced: true })
    t.match((await readAccounts(bench.breakable)).get('g1', 'p1'), { ended }, 'also after a restart')
  },
)

t.test('taken over rows that had come before are duplicates', async (t) => {
  await using bench = await openBench()
  bench.offer(envelopeOf(1))
  bench.offer(envelopeOf(1, { spool: 'p2', previous: { ...previous, lastSeq: 1 } }))
  bench.offer(envelopeOf(1))
  await bench.until(() => bench.account()?.duplicates === 1)
  t.match(bench.account(), { stored: 1, settled: [[1, 1]] })
})

t.test('a link names still older spools too, each ended by the one after it', async (t) => {
  await using bench = await openBench()
  const before = [
    { spool: 'p0', lastSeq: 'unknown' as const, reason: 'damaged file' },
    { spool: 'p', lastSeq: 9, reason: 'disk error' },
  ]
  bench.offer(envelopeOf(1, { spool: 'p2', previous: { ...previous, before } }))
  await bench.until(() => bench.books.accounts.get('g1', 'p2')?.stored === 1)
  const endedOf = (spool: string) => bench.books.accounts.get('g1', spool)?.ended
  t.same(endedOf('p1'), { successor: 'p2', lastSeq: 4, reason: 'damaged file' })
  t.same(endedOf('p0'), { successor: 'p1', lastSeq: null, reason: 'damaged file' })
  t.same(endedOf('p'), { successor: 'p0', lastSeq: 9, reason: 'disk error' })
})

t.test('nobody knows how far it came: the loss is shown as unknown, and never as settled', async (t) => {
  await using bench = await openBench()
  const book = new StatusBook(bench.books.accounts)
  bench.offer(envelopeOf(1, { spool: 'p2', previous: { ...previous, lastSeq: 'unknown' } }))
  await bench.until(() => bench.books.accounts.get('g1', 'p2')?.stored === 1)
  book.hear('g1', status, startAt)
  const [row] = book.rows().filter(({ spool }) => spool === 'p1')
  t.match(row, {
    ended: { successor: 'p2', lastSeq: null },
    ...{ stored: 0, declaredLost: 0, lossAtLeast: true, produced: null, waiting: null, balanced: null },
  })
})
