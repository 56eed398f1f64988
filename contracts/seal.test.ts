// Bytes that turned on their way are told from what was written. The sums come from Python's zlib.crc32.
import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { parseSealedJson, sealDeflated, sealJson, sealOf } from './seal.ts'

t.test('the checksum is the last member, over everything before it', async (t) => {
  // python3 -c 'import zlib; print("%08x" % zlib.crc32(b"{\"a\":1"))'
  t.equal(Buffer.from(sealJson('{"a":1}')).toString(), '{"a":1,"crc":"a702fc6e"}')
  t.same(parseSealedJson(sealJson('{"a":1}')), { a: 1 })
  t.same(parseSealedJson(Buffer.from('{"a":1}')), { a: 1 }, 'unsealed is read as it is')
  const deflated = Buffer.from(sealDeflated(Buffer.from('abc')))
  t.equal(deflated.toString('hex'), '02352441c2616263')
})

t.test('no single turned bit goes unnoticed, and no turned byte outside the seal', async (t) => {
  const json = '{"spool":"a1","seq":7,"samples":[{"terminal":"三水","values":{"pm25":35.5}}]}'
  for (const [name, sealed] of Object.entries({
    json: sealJson(json),
    deflated: sealDeflated(deflateRawSync(Buffer.from(json))),
  })) {
    t.equal(sealOf(sealed), 'holds', name)
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const turned = Buffer.from(sealed)
      turned[bit >> 3] = (turned[bit >> 3] as number) ^ (1 << (bit & 7))
      const brace = name === 'json' && bit < 8
      t.equal(sealOf(turned), brace ? 'none' : 'broken', `${name}: bit ${bit}`)
    }
  }
})

t.test('what turned anywhere is never read as something else', async () => {
  const values = fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(fc.double({ noNaN: true }), fc.string()), {
    minKeys: 1,
  })
  const turns = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(values, turns, (value, places) => {
      fc.pre(!Object.hasOwn(value, '__proto__') && !Object.hasOwn(value, 'crc'))
      const sealed = Buffer.from(sealJson(JSON.stringify(value)))
      const turned = Buffer.from(sealed)
      for (const [place, mask] of places)
        turned[place % turned.length] = (turned[place % turned.length] as number) ^ mask
      fc.pre(!turned.equals(sealed))
      return sealOf(turned) !== 'holds'
    }),
    { numRuns: 500 },
  )
})
