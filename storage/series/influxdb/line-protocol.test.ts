import type { Reading } from '@civitals/contracts/reading'
import t from 'tap'
import { encodeLine, linesOf, slicesOf, splitLine } from './line-protocol.ts'

const envelope = (seq: number, ...readings: Reading[]) => ({ gateway: 'g', spool: 's', seq, readings })
const reading = (point: string, at: number, value: number | null, quality: Reading['quality'] = 'good'): Reading => ({
  terminal: 'air-1',
  point,
  at,
  value,
  quality,
})
const groupOf = () => 'air'

t.test('points of one terminal at one instant share a line, over envelopes too', async (t) => {
  const lines = linesOf(
    [
      envelope(1, reading('pm25', 1, 35), reading('pm10', 1, null, 'stale'), reading('pm25', 2, 36)),
      envelope(2, reading('so2', 1, 7, 'out_of_range'), reading('pm25', 1, 34)),
    ],
    groupOf,
  )
  t.same(lines.map(encodeLine), [
    'air,terminal=air-1 pm25=34,pm10_q=2i,so2=7,so2_q=5i 1',
    'air,terminal=air-1 pm25=36 2',
  ])
  t.same(lines.flatMap(splitLine).map(encodeLine), [
    'air,terminal=air-1 pm25=34 1',
    'air,terminal=air-1 pm10_q=2i 1',
    'air,terminal=air-1 so2=7,so2_q=5i 1',
    'air,terminal=air-1 pm25=36 2',
  ])
})

// [InfluxDB 1.x line protocol reference, special characters]
t.test('what separates is escaped', async (t) => {
  const odd = { ...reading('a b=c', 1, 1), terminal: 'x,y z=1' }
  const [line] = linesOf([envelope(1, odd)], () => 'out door,air')
  t.equal(line && encodeLine(line), 'out\\ door\\,air,terminal=x\\,y\\ z\\=1 a\\ b\\=c=1 1')
})

t.test('slices keep order and leave envelopes whole', async (t) => {
  const all = [1, 2, 3, 4, 5].map((seq) => envelope(seq, reading('a', seq, 1), reading('b', seq, 1)))
  const seqs = [...slicesOf(all, 3)].map((slice) => slice.map(({ seq }) => seq))
  t.same(seqs, [[1, 2], [3, 4], [5]])
  t.same([...slicesOf([envelope(1)], 3)], [])
})
