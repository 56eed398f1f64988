import { decodeAcknowledgement, encodeAcknowledgement } from '@civitals/contracts/acknowledgement'
import fc from 'fast-check'
import t from 'tap'
import { readAcknowledgement } from './acknowledgement.ts'

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

const seq = fc.oneof(fc.nat(), fc.constantFrom(-1, 1.5, 2 ** 53, Number.MAX_SAFE_INTEGER, '1', null))
const range = fc.oneof(fc.tuple(seq, seq), fc.array(seq, { maxLength: 3 }))
const settled = fc.oneof(
  { arbitrary: fc.record({ upTo: seq, above: fc.array(range, { maxLength: 34 }) }), weight: 8 },
  {
    arbitrary: fc.record({ upTo: fc.nat(), above: fc.constant([]), extra: fc.nat() }, { requiredKeys: [] }),
    weight: 2,
  },
  { arbitrary: fc.jsonValue() as fc.Arbitrary<unknown>, weight: 1 },
)
const spool = fc.string({ maxLength: 70 })
const message = fc.oneof(
  { arbitrary: fc.record({ spools: fc.dictionary(spool, settled as fc.Arbitrary<unknown>) }), weight: 8 },
  { arbitrary: fc.jsonValue() as fc.Arbitrary<unknown>, weight: 1 },
  { arbitrary: fc.record({ spools: fc.constant({}), more: fc.nat() }), weight: 1 },
)

t.test('takes and refuses exactly what the contract does', async () => {
  fc.assert(
    fc.property(message, (value) => {
      const payload = bytes(value)
      return JSON.stringify(readAcknowledgement(payload)) === JSON.stringify(decodeAcknowledgement(payload))
    }),
    { numRuns: 3000 },
  )
})

t.test('a good one, and bytes that are none', async (t) => {
  const good = { spools: { a1: { upTo: 7, above: [[9, 12]] } } }
  t.same(readAcknowledgement(bytes(good)), good)
  t.equal(readAcknowledgement(new Uint8Array([0xff, 0x00])), undefined)
})

t.test('sealed by the centre, unsealed by an older one, and turned on its way', async (t) => {
  const sealed = Buffer.from(encodeAcknowledgement({ spools: { a1: { upTo: 7, above: [] } } }))
  t.same(readAcknowledgement(sealed), { spools: { a1: { upTo: 7, above: [] } } })
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const turned = Buffer.from(sealed)
    turned[bit >> 3] = (turned[bit >> 3] as number) ^ (1 << (bit & 7))
    t.equal(readAcknowledgement(turned), undefined, `bit ${bit}`)
  }
})
