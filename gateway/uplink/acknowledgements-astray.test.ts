// Acknowledgements that come twice, late, out of order or for nobody: nothing is trimmed that the centre does not have.

import { acknowledge } from '@civitals/contracts/acknowledgement'
import { FakeClock } from '@civitals/contracts/clock'
import { addInterval, type Intervals } from '@civitals/contracts/intervals'
import fc from 'fast-check'
import t from 'tap'
import { memorySpool } from '../spool/memory.ts'
import { ScriptedCentre } from './scripted-centre.ts'
import { Uplink } from './uplink.ts'

const limits = { budgetBytes: 1e9, keepAcknowledgedMs: 1e12, compress: false }

async function started(envelopes: number) {
  const clock = new FakeClock()
  const spool = memorySpool({ id: 's1', limits, clock })
  const centre = new ScriptedCentre(clock)
  centre.script.acknowledging = false
  const uplink = new Uplink({
    ...{ connect: centre.connect, spool, clock, random: () => 0.5 },
    status: () => ({ online: true, at: clock.now() }),
    onFailure: (error) => t.error(error),
  })
  const stop = new AbortController()
  const running = uplink.run(stop.signal)
  await clock.advance(10)
  for (let n = 0; n < envelopes; n++) {
    const samples = [{ terminal: 't1', at: clock.now(), clock: 'synced' as const, values: { a: n } }]
    uplink.committed(await spool.append([{ config: 'c', samples, class: 'telemetry' as const }]))
  }
  await clock.advance(10)
  const waiting = async (): Promise<number[]> => {
    const rows = await spool.waiting({ after: 0, before: Number.MAX_SAFE_INTEGER, limit: 1000 })
    return rows.map(({ seq }) => seq)
  }
  const over = async (): Promise<void> => {
    stop.abort()
    await running
  }
  return { clock, spool, centre, uplink, waiting, over }
}

const told = (upTo: number, above: [number, number][] = []) => ({ spools: { s1: { upTo, above } } })

t.test('twice is once', async (t) => {
  const { clock, centre, uplink, waiting, over } = await started(10)
  for (let n = 0; n < 3; n++) centre.acknowledge(told(4, [[6, 7]]))
  await clock.advance(10)
  t.same(await waiting(), [5, 8, 9, 10])
  t.equal(uplink.inFlight, 4)
  t.equal(centre.arrivals.length, 10, 'and nothing is sent again for it')
  await over()
})

t.test('an older word after a newer opens nothing again', async (t) => {
  const { clock, centre, waiting, over } = await started(10)
  centre.acknowledge(told(9))
  centre.acknowledge(told(3))
  await clock.advance(10_100)
  t.same(await waiting(), [10])
  t.same(
    centre.arrivals.slice(10).map(({ seq }) => seq),
    [10],
  )
  await over()
})

t.test('one of an older connection does not touch what is in flight on the newer', async (t) => {
  const { clock, centre, uplink, waiting, over } = await started(5)
  const older = centre.session
  centre.cut()
  await clock.advance(2000)
  t.equal(centre.sessions, 2)
  t.equal(uplink.inFlight, 5)
  centre.acknowledge(told(5), older)
  await clock.advance(10)
  t.equal(uplink.inFlight, 5)
  t.same(await waiting(), [1, 2, 3, 4, 5])
  centre.acknowledge(told(5))
  await clock.advance(10)
  t.same(await waiting(), [])
  await over()
})

t.test('in whatever order they come, what was settled is trimmed and nothing else', async () => {
  const seq = fc.integer({ min: 1, max: 40 })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(seq, { maxLength: 12 }), { minLength: 1, maxLength: 6 }), async (groups) => {
      const { clock, centre, waiting, over } = await started(40)
      // Each word of the centre holds all that was settled when it was made; the network brings them in another order.
      let settled: Intervals = []
      const words = groups.map((group) => {
        for (const one of group) settled = addInterval(settled, one, one)
        return { spools: { s1: acknowledge(settled) } }
      })
      const order = words.map((word, place) => ({ word, key: (place * 7 + groups.length * 3) % (words.length + 1) }))
      for (const { word } of order.sort((a, b) => a.key - b.key)) centre.acknowledge(word)
      await clock.advance(10)
      const expected = Array.from({ length: 40 }, (_, at) => at + 1).filter((one) => !groups.flat().includes(one))
      const left = await waiting()
      await over()
      return JSON.stringify(left) === JSON.stringify(expected)
    }),
    { numRuns: 200 },
  )
})
