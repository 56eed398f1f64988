import type { Reading } from '@civitals/contracts/reading'
import t from 'tap'
import { InFlight } from './io/in-flight.ts'
import { type Line, linesOf } from './line-protocol.ts'

const linesAt = (...times: number[]): readonly Line[] => {
  const readings = times.map((at): Reading => ({ terminal: 'a', point: 'p', at, value: 1, quality: 'good' }))
  return linesOf([{ gateway: 'g', spool: 's', seq: 1, readings }], () => 'air')
}

/** Requests that arrive when told. */
function play() {
  const begun: { lines: readonly Line[]; arrive: () => void; fail: (error: Error) => void }[] = []
  const flight = new InFlight(
    (lines) => new Promise((resolve, reject) => begun.push({ lines, arrive: () => resolve([]), fail: reject })),
  )
  return { begun, flight }
}
const turns = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

t.test('three requests go at once, the fourth when one has arrived', async (t) => {
  const { begun, flight } = play()
  for (const at of [1, 2, 3]) await flight.add(linesAt(at))
  const fourth = flight.add(linesAt(4))
  await turns()
  t.equal(begun.length, 3)
  begun[1]?.arrive()
  await fourth
  t.equal(begun.length, 4)
})

t.test('a line that comes again waits for all before it', async (t) => {
  const { begun, flight } = play()
  await flight.add(linesAt(1))
  await flight.add(linesAt(2))
  const again = flight.add(linesAt(3, 1))
  begun[1]?.arrive()
  await turns()
  t.equal(begun.length, 2, 'its forerunner is under way')
  begun[0]?.arrive()
  await again
  t.equal(begun.length, 3)
})

t.test('a failure is told when nothing is under way any more', async (t) => {
  const { begun, flight } = play()
  await flight.add(linesAt(1))
  await flight.add(linesAt(2))
  begun[0]?.fail(new Error('away'))
  await turns()
  const third = flight.add(linesAt(3))
  let told = false
  third.catch(() => {
    told = true
  })
  await turns()
  t.notOk(told)
  begun[1]?.arrive()
  await t.rejects(third, { message: 'away' })
  await t.rejects(flight.all(), { message: 'away' })
  t.equal(begun.length, 2)
})
