import fc from 'fast-check'
import t from 'tap'
import type { ReadSpec } from './profile.ts'
import { rawOf } from './registers.ts'

const read = (type: ReadSpec['type'], order?: ReadSpec['order']): ReadSpec => ({
  function: 'holding',
  address: 0,
  type,
  ...(order && { order }),
})

// 123456.789 is 0x47F12065 in IEEE 754 single precision (IEEE 754 converters agree); as A B C D: 47 F1 20 65.
const orders = {
  ABCD: [0x47f1, 0x2065],
  CDAB: [0x2065, 0x47f1],
  BADC: [0xf147, 0x6520],
  DCBA: [0x6520, 0xf147],
} as const

t.test('a float in all four orders', async (t) => {
  for (const [order, words] of Object.entries(orders)) {
    t.equal(rawOf(read('f32', order as keyof typeof orders), words)?.toFixed(3), '123456.789', order)
  }
})

t.test('signed and unsigned numbers', async (t) => {
  t.equal(rawOf(read('u16'), [0xffff]), 65535)
  t.equal(rawOf(read('i16'), [0xffff]), -1)
  t.equal(rawOf(read('i16'), [0x8000]), -32768)
  t.equal(rawOf(read('u32'), [0xffff, 0xfffe]), 4294967294)
  t.equal(rawOf(read('i32'), [0xffff, 0xfffe]), -2)
  t.equal(rawOf(read('i32', 'CDAB'), [0xfffe, 0xffff]), -2)
})

t.test('what is missing is not made up', async (t) => {
  t.equal(rawOf(read('u16'), []), undefined)
  t.equal(rawOf(read('u32'), [1]), undefined)
})

t.test('swapping the words of one order reads like the other', async (t) => {
  const word = fc.integer({ min: 0, max: 0xffff })
  fc.assert(
    fc.property(word, word, (a, b) => {
      const big = rawOf(read('u32', 'ABCD'), [a, b])
      if (big !== a * 65536 + b) t.fail('ABCD is not high word first')
      if (rawOf(read('u32', 'CDAB'), [b, a]) !== big) t.fail('CDAB')
      if (rawOf(read('u32', 'DCBA'), [b, a]) !== rawOf(read('u32', 'BADC'), [a, b])) t.fail('DCBA')
    }),
  )
  t.pass()
})
