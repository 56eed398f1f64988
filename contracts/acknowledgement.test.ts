import t from 'tap'
import { acknowledge, decodeAcknowledgement, maxAckRanges } from './acknowledgement.ts'

t.test('the contiguous part and the ranges above it are told apart', async (t) => {
  t.same(acknowledge([]), { upTo: 0, above: [] })
  t.same(acknowledge([[1, 9]]), { upTo: 9, above: [] })
  t.same(acknowledge([[3, 4]]), { upTo: 0, above: [[3, 4]] })
  t.same(
    acknowledge([
      [1, 2],
      [5, 6],
    ]),
    { upTo: 2, above: [[5, 6]] },
  )
})

t.test('ranges are bounded', async (t) => {
  const many = Array.from({ length: 100 }, (_, n) => [n * 3 + 5, n * 3 + 5] as const)
  t.equal(acknowledge(many).above.length, maxAckRanges)
})

t.test('what is not an acknowledgement is undefined', async (t) => {
  for (const text of ['', '{}', '{"spools":{"a":{"upTo":-1,"above":[]}}}', '{"spools":{"a":{"upTo":1}}}']) {
    t.equal(decodeAcknowledgement(Buffer.from(text)), undefined, text)
  }
  const whole = { spools: { a: { upTo: 3, above: [[5, 6]] } } }
  t.same(decodeAcknowledgement(Buffer.from(JSON.stringify(whole))), whole)
})
