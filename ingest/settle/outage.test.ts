// The series store is down for hours: nothing is acknowledged or lost, and the newest values go on from memory.
import { CivitalsError } from '@civitals/contracts/errors'
import { MemorySeries } from '@civitals/storage/series-memory'
import t from 'tap'
import { envelopeOf } from '../testing/envelopes.ts'
import { openBench } from '../testing/settling-bench.ts'

t.test('newest values go on while the store is down for three hours, and are stored when it is back', async (t) => {
  const series = new MemorySeries()
  await using bench = await openBench({ series })
  series.failure = new CivitalsError('CIV_STORAGE_SERIES_UNAVAILABLE', 'gone', { retryable: true })
  bench.offer(envelopeOf(1))
  await bench.until(() => bench.settler.storeDown?.store === 'series')
  t.equal(bench.latest.get('t1', 'depth')?.value, 1)
  bench.offer(envelopeOf(2))
  await bench.until(() => bench.queue.deliveries === 0)
  for (let quarter = 0; quarter < 12; quarter++) {
    await bench.clock.advance(900_000)
    await bench.until(() => bench.settler.storeDown !== undefined)
  }
  await bench.until(() => bench.latest.get('t1', 'depth')?.value === 2)
  t.equal(bench.settler.shownUnsettled, 2, 'said to be in memory only')
  t.same(bench.acknowledged, [])
  t.same(bench.batches, [], 'nobody has evaluated anything')
  t.equal(bench.account(), undefined)
  series.failure = undefined
  await bench.clock.advance(5_000)
  await bench.until(() => bench.account()?.stored === 2)
  t.equal(await bench.series.count(), 2)
  t.equal(bench.settler.shownUnsettled, 0)
})
