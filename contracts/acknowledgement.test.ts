import t from 'tap'
import { acknowledge, decodeAcknowledgement, encodeAcknowledgement, maxAckRanges } from './acknowledgement.ts'

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

t.test('a number that turned on its way releases nothing', async (t) => {
  const sealed = Buffer.from(encodeAcknowledgement({ spools: { a: { upTo: 13, above: [] } } }))
  t.same(decodeAcknowledgement(sealed), { spools: { a: { upTo: 13, above: [] } } })
  const place = sealed.indexOf('13')
  sealed[place] = '9'.charCodeAt(0)
  t.equal(decodeAcknowledgement(sealed), undefined)
})
