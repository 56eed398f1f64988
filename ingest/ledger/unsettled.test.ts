// What a crash between the two steps of a settlement leaves in the series store is told from what is settled, of gateways and of what waited aside.
import { addInterval } from '@civitals/contracts/intervals'
import type { SettlementBatch, SpoolEnvelopes } from '@civitals/contracts/settlement'
import { MemorySeries } from '@civitals/storage/series-memory'
import t from 'tap'
import { terminalOf } from '../testing/city.ts'
import { envelopeOf, sampleOf, startAt } from '../testing/envelopes.ts'
import { openBench } from '../testing/settling-bench.ts'
import { unsettledOf } from './unsettled.ts'

/** Keeps the numbers of its envelopes, as DuckDB does. */
class Numbered extends MemorySeries {
  held: readonly SpoolEnvelopes[] = []
  override async write(batch: SettlementBatch) {
    for (const { gateway, spool, seq } of batch.envelopes) {
      const known = this.held.find((one) => one.gateway === gateway && one.spool === spool)
      const seqs = addInterval(known?.seqs ?? [], seq, seq)
      this.held = [...this.held.filter((one) => one !== known), { gateway, spool, seqs }]
    }
    return await super.write(batch)
  }
}

t.test('an envelope that was stored and not settled is told, until it is settled', async (t) => {
  const series = new Numbered()
  await using bench = await openBench({ series })
  const told = () => unsettledOf(bench.breakable, series.held)
  bench.offer(envelopeOf(1))
  await bench.until(() => bench.account()?.stored === 1)
  t.same(await told(), [])
  bench.breakable.failing = true
  bench.offer(envelopeOf(2))
  bench.offer(envelopeOf(4))
  bench.offer(envelopeOf(1, { spool: 'q1', samples: [sampleOf('t2', startAt, { depth: 1 })] }), 'g2')
  await bench.until(() => bench.settler.storeDown?.store === 'state')
  t.same(await told(), [
    {
      gateway: 'g1',
      spool: 'p1',
      seqs: [
        [2, 2],
        [4, 4],
      ],
    },
    { gateway: 'g2', spool: 'q1', seqs: [[1, 1]] },
  ])
  bench.breakable.failing = false
  await bench.clock.advance(5_000)
  await bench.until(() => bench.account()?.stored === 3)
  t.same(await told(), [])
})

t.test('so is a reading that was admitted and still stands among those set aside', async (t) => {
  const series = new Numbered()
  await using bench = await openBench({ series })
  const told = () => unsettledOf(bench.breakable, series.held)
  for (const seq of [1, 2]) bench.offer(envelopeOf(seq, { samples: [sampleOf('t9', startAt + seq, { depth: seq })] }))
  await bench.until(() => bench.account()?.setAside === 2)
  t.same(await told(), [])
  await bench.registry.registerTerminal(terminalOf('t9', 'g1'))
  await bench.until(() => bench.account()?.stored === 2)
  t.same(await told(), [], 'admitted and settled')
  bench.offer(envelopeOf(3, { samples: [sampleOf('t8', startAt, { depth: 3 })] }))
  await bench.until(() => bench.account()?.setAside === 1)
  // As a crash would leave it: in the series store, and still aside in the ledger.
  await series.write({
    envelopes: [{ gateway: 'g1', spool: 'p1.aside', seq: 3, readings: [] }],
    receivedAt: startAt,
  })
  t.same(await told(), [{ gateway: 'g1', spool: 'p1.aside', seqs: [[3, 3]] }])
})
