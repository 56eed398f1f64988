import { CivitalsError } from '@civitals/contracts/errors'
import t from 'tap'
import { conformanceEnergyMean, seriesConformance } from './conformance.ts'
import { type MemoryContents, MemorySeries } from './memory.ts'

t.test('the twin behaves as the engines do', async (t) => {
  await seriesConformance(t, async () => {
    const contents: MemoryContents = new Map()
    return { open: async () => new MemorySeries({ contents, energyMean: conformanceEnergyMean }) }
  })
})

t.test('a failure that is set rejects the write and stores nothing', async (t) => {
  await using store = new MemorySeries()
  store.failure = new CivitalsError('CIV_STORAGE_SERIES_UNAVAILABLE', 'Gone.', { retryable: true })
  const reading = { terminal: 'a', point: 'p', at: 1, value: 1, quality: 'good' } as const
  const batch = { envelopes: [{ gateway: 'g', spool: 's', seq: 1, readings: [reading] }], receivedAt: 1 }
  await t.rejects(store.write(batch), { code: 'CIV_STORAGE_SERIES_UNAVAILABLE' })
  t.equal(await store.count(), 0)
  store.failure = undefined
  await store.write(batch)
  t.equal(await store.count(), 1)
})
