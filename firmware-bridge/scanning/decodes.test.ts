import t from 'tap'
import { decodesOf, plausibleFloat } from './decodes.ts'

t.test('a register and its neighbour are shown as every number they could be', async (t) => {
  // Python: struct.pack('>f', 23.5) = 41 BC 00 00; struct.pack('>i', -2) = FF FF FF FE.
  const [float] = decodesOf(10, [0x41bc, 0x0000])
  t.match(float, { address: 10, hex: '41BC', u16: 16828, i16: 16828, pairs: { ABCD: { f32: 23.5, u32: 1102839808 } } })
  const [swapped] = decodesOf(0, [0x0000, 0x41bc])
  t.equal(swapped?.pairs?.CDAB.f32, 23.5)
  const [minus] = decodesOf(0, [0xffff, 0xfffe])
  t.match(minus?.pairs?.ABCD, { i32: -2, u32: 4294967294 })
  t.equal(minus?.pairs?.ABCD.f32, undefined, 'no number as a float')
})

t.test('the last register has no pair, and text is shown where it is text', async (t) => {
  const decodes = decodesOf(0, [0x5358, 0x0001])
  t.equal(decodes[0]?.text, 'SX')
  t.notOk('text' in (decodes[1] ?? {}))
  t.notOk('pairs' in (decodes[1] ?? {}))
})

t.test('a float is plausible when a street could measure it', async (t) => {
  t.ok(plausibleFloat(0))
  t.ok(plausibleFloat(-40.5))
  t.notOk(plausibleFloat(3.2e-39))
  t.notOk(plausibleFloat(1.1e30))
})
