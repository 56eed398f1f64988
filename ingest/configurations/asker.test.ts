// Readings of a configuration the centre lacks: their gateway is asked, seldom enough.
import { FakeClock } from '@civitals/contracts/clock'
import { decodeCommand } from '@civitals/contracts/command'
import { configurationHash, encodeConfigurations } from '@civitals/contracts/encode-configuration'
import t from 'tap'
import { envelopeOf, sampleOf, startAt } from '../testing/envelopes.ts'
import { openBench } from '../testing/settling-bench.ts'
import { ConfigurationAsker } from './asker.ts'

t.test('asked at once, then ever more seldom, for a bounded number of configurations', async (t) => {
  const clock = new FakeClock(0)
  const asked: string[] = []
  const asker = new ConfigurationAsker(clock, (gateway, payload) => {
    t.match(decodeCommand(payload), { kind: 'configuration' })
    asked.push(gateway)
  })
  const minutes: number[] = []
  for (let minute = 0; minute < 400; minute++) {
    const before = asked.length
    asker.missing('g1', 'u1-a')
    asker.missing('g1', 'u1-a')
    if (asked.length > before) minutes.push(minute)
    await clock.advance(60_000)
  }
  t.same(minutes.slice(0, 8), [0, 1, 3, 7, 15, 31, 63, 123])
  asked.length = 0
  for (let one = 0; one < 100; one++) asker.missing('g2', `u1-${one}`)
  t.equal(asked.length, 16)
  asker.missing('g3', 'u1-a')
  t.equal(asked.at(-1), 'g3', 'each gateway for itself')
})

t.test('readings set aside for want of their configuration are admitted when the gateway answers', async (t) => {
  await using bench = await openBench()
  const content = { settings: 'x', sets: { s: { depth: ['m', 0.01] as [string, number] } }, terminals: { t1: 's' } }
  const config = configurationHash(content)
  for (const seq of [1, 2])
    bench.offer({ ...envelopeOf(seq, { samples: [sampleOf('t1', startAt + seq, { depth: seq })] }), config })
  await bench.until(() => bench.account()?.setAside === 2)
  t.same(bench.commands, [{ id: 'configuration', kind: 'configuration' }], 'once')
  const told = encodeConfigurations([{ ...content, config }]) as Uint8Array
  t.equal(bench.books.configurations.hear('g1', told, startAt), undefined)
  bench.queue.wake()
  await bench.until(() => bench.account()?.stored === 2)
  t.equal(bench.latest.get('t1', 'depth')?.value, 200)
})
