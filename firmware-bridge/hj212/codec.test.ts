import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { parse } from 'yaml'
import { crcHj212 } from './crc.ts'
import { Hj212Cutter } from './cutter.ts'
import { explainHj212 } from './explain.ts'
import { decodeHj212, encodeHj212, type Hj212Frame, longestHj212 } from './frame.ts'
import { sm4, sm4Key } from './sm4.ts'

const golden = globSync(join(import.meta.dirname, 'golden', '*.yaml'))
  .sort()
  .map((file) => ({ name: basename(file, '.yaml'), ...parse(readFileSync(file, 'utf8')) }))
const published: Buffer[] = golden.filter(({ expect }) => expect.valid).map(({ frame }) => Buffer.from(`${frame}\r\n`))

t.test('the check sum is the one of the standard, not CRC-16/MODBUS', async (t) => {
  // By the program of annex A, run elsewhere.
  t.equal(crcHj212(Buffer.from('123456789')), 0x2f80)
})

const word = fc.stringMatching(/^[a-w]\d{5}$/)
const field = fc.constantFrom('Rtd', 'Avg', 'Min', 'Max', 'Cou', 'Flag')
const value = fc.oneof(
  fc.double({ noNaN: true, min: -1e5, max: 1e5 }).map((n) => n.toFixed(3)),
  fc.constantFrom('N', 'D'),
)
const anyFrame: fc.Arbitrary<Hj212Frame> = fc.record(
  {
    qn: fc.constant('20260101080000123'),
    st: fc.constantFrom('21', '22', '32'),
    cn: fc.constantFrom('2011', '2051', '9014'),
    password: fc.constant('123456'),
    mn: fc.stringMatching(/^[0-9A-F]{24}$/),
    flag: fc.constantFrom(4, 5, 9),
    groups: fc.array(
      fc.array(
        fc.tuple(word, field, value).map(([name, of, number]): [string, string] => [`${name}-${of}`, number]),
        { minLength: 1, maxLength: 4 },
      ),
      { maxLength: 5 },
    ),
  },
  { requiredKeys: ['st', 'cn', 'mn', 'groups'] },
)

t.test('what is encoded is decoded as it was, in clear and enciphered', async (t) => {
  const key = Buffer.alloc(16, 0x30)
  fc.assert(
    fc.property(anyFrame, (frame) => {
      t.same(decodeHj212(encodeHj212(frame)), { ok: true, message: frame })
      t.same(decodeHj212(encodeHj212(frame, key), key), { ok: true, message: frame })
    }),
  )
})

t.test('one changed byte of the data is always refused', async (t) => {
  let sumPassed = 0
  let taken = 0
  let beyond = 0
  let all = 0
  for (const frame of published) {
    const end = frame.length - 6
    for (let place = 6; place < end; place++) {
      for (const change of [1, 2, 4, 8, 16, 32, 64, 0x11, 0x7f]) {
        const bad = Buffer.from(frame)
        bad.writeUInt8(bad.readUInt8(place) ^ change, place)
        all++
        if (crcHj212(bad.subarray(6, end)) === crcHj212(frame.subarray(6, end))) sumPassed++
        const decoded = decodeHj212(bad)
        if (decoded.ok) taken++
        else if (decoded.fault.byte > bad.length) beyond++
      }
    }
  }
  // A step of the sum maps the 256 states one to one, so two texts that differ in one byte never meet again.
  t.equal(sumPassed, 0)
  t.equal(taken, 0, `of ${all}`)
  t.equal(beyond, 0, 'each fault is at a byte of the frame')
})

t.test(
  'two changed bytes slip through the check sum about once in 256, and less often through the grammar',
  async (t) => {
    const frame = published[0] ?? Buffer.alloc(0)
    let taken = 0
    let seed = 1
    const random = (below: number): number => {
      seed = (seed * 48271) % 2147483647
      return seed % below
    }
    const rounds = 20_000
    for (let round = 0; round < rounds; round++) {
      const bad = Buffer.from(frame)
      for (const _ of [1, 2]) bad.writeUInt8(32 + random(95), 6 + random(frame.length - 12))
      if (!bad.equals(frame) && decodeHj212(bad).ok) taken++
    }
    t.ok(taken / rounds < 1 / 256, `${taken} of ${rounds}`)
  },
)

const pieces = (bytes: Buffer, sizes: readonly number[]): { frames: string[]; refused: number } => {
  const cutter = new Hj212Cutter()
  const frames: string[] = []
  let refused = 0
  let from = 0
  for (let step = 0; from < bytes.length; step++) {
    const size = sizes[step % sizes.length] ?? 1
    for (const piece of cutter.push(bytes.subarray(from, from + size))) {
      if (piece.kind === 'frame') frames.push(piece.bytes.toString())
      else refused += piece.bytes
    }
    from += size
    t.ok(cutter.held <= longestHj212 + 2)
  }
  return { frames, refused: refused + cutter.held }
}

t.test('any chunking of good frames, rubbish and damaged frames gives the same frames', async (t) => {
  const part = fc.oneof(
    fc.constantFrom(...published),
    fc.constantFrom(...published).map((frame) => frame.subarray(0, frame.length >> 1)),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom('##', '#', '##0012', '\r\n', '##9999').map((text) => Buffer.from(text)),
  )
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      (parts, sizes) => {
        const bytes = Buffer.concat(parts)
        t.same(pieces(bytes, sizes), pieces(bytes, [bytes.length || 1]))
      },
    ),
  )
})

t.test('frames behind rubbish and behind damaged frames are found; what is damaged is refused once', async (t) => {
  const [first, second] = [published[0] ?? Buffer.alloc(0), published[1] ?? Buffer.alloc(0)]
  const damaged = Buffer.from(first)
  damaged.write('9101', 2)
  const cutter = new Hj212Cutter()
  const found = cutter.push(Buffer.concat([Buffer.from('GET / HTTP/1.1'), first, damaged, second, Buffer.from('#')]))
  t.match(
    found.map((piece) => (piece.kind === 'frame' ? 'frame' : piece.fault.check)),
    ['start', 'frame', 'length', 'frame'],
  )
  t.equal(cutter.held, 1)
  cutter.reset()
  t.equal(cutter.held, 0)
})

t.test('random bytes and endless frames are refused, not kept', async (t) => {
  const cutter = new Hj212Cutter()
  for (let round = 0; round < 100; round++) {
    cutter.push(Buffer.from('##9999QN=2026'.padEnd(300, '1')))
    t.ok(cutter.held <= longestHj212 + 2)
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => explainHj212(bytes).valid === false))
})

t.test('SM4 is the cipher of GB/T 32907-2016, tails stay in clear', async (t) => {
  // Example 1 of GB/T 32907-2016, annex A.
  const key = Buffer.from('0123456789abcdeffedcba9876543210', 'hex')
  t.equal(sm4(key, key, 'encrypt').toString('hex'), '681edf34d206965e86b3e94f536e4246')
  const text = Buffer.from('DataTime=20260101080000;w01001-Rtd=7.1')
  const sealed = sm4(text, key, 'encrypt')
  t.equal(sealed.subarray(32).toString(), text.subarray(32).toString())
  t.same(sm4(sealed, key, 'decrypt'), text)
  t.same(sm4Key('0000000000000000'), Buffer.alloc(16, 0x30))
  t.equal(sm4Key('short'), undefined)
})

t.test('an enciphered frame cannot be checked without its key, and says so', async (t) => {
  const frame = encodeHj212(
    { st: '31', cn: '2011', mn: 'A1', flag: 9, groups: [[['DataTime', '20260101080000']], [['a21026-Rtd', '7.1']]] },
    Buffer.alloc(16, 0x30),
  )
  t.match(decodeHj212(frame), { ok: false, fault: { check: 'checksum', detail: /SM4/ } })
  t.match(decodeHj212(frame, Buffer.alloc(16, 0x31)), { ok: false, fault: { check: 'checksum' } })
  t.match(decodeHj212(frame, Buffer.alloc(16, 0x30)), { ok: true, message: { mn: 'A1' } })
  t.equal(new Hj212Cutter(Buffer.alloc(16, 0x30)).push(frame).length, 1)
})

t.test('text in GB 18030, as older stations write it, is read too', async (t) => {
  // Length and check sum by a script written from annex A.
  const frame = Buffer.from(
    '232330313530514E3D32303136303830313038353835373232333B53543D33323B434E3D333032303B50573D3130303030303B4D4E3D3031303030304138393030303136463030303136394443303B466C61673D343B43503D26264461746154696D653D32303136303830313038353835373B506F6C49643D7730313031382C6931313030312D496E666F3D2F2FCBAED1F9D2D1C7E5CFB42F2F2626443634310D0A',
    'hex',
  )
  t.match(explainHj212(frame), { valid: true, texts: { 'i11001-Info': '水样已清洗' } })
})
