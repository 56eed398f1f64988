import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { parse } from 'yaml'
import { Sl651Cutter } from './cutter.ts'
import { bcdNumber } from './elements.ts'
import { explainSl651 } from './explain.ts'
import { decodeSl651, type EndMark, encodeSl651, endMarks, longestSl651, type Sl651Frame } from './frame.ts'

const golden = globSync(join(import.meta.dirname, 'golden', '*.yaml'))
  .sort()
  .map((file) => ({ name: basename(file, '.yaml'), ...parse(readFileSync(file, 'utf8')) }))
const published: Buffer[] = golden
  .filter(({ expect }) => expect.valid)
  .map(({ frame }) => Buffer.from(String(frame), 'hex'))

t.test('every good frame is encoded again byte for byte', async (t) => {
  for (const frame of published) {
    const decoded = decodeSl651(frame)
    t.same(decoded.ok && encodeSl651(decoded.message).toString('hex'), frame.toString('hex'))
  }
})

const anyFrame: fc.Arbitrary<Sl651Frame> = fc.record(
  {
    encoding: fc.constantFrom('hex', 'ascii'),
    direction: fc.constantFrom('up', 'down'),
    centre: fc.integer({ min: 0, max: 255 }),
    station: fc.stringMatching(/^\d{6}[0-9A-F]{4}$/),
    password: fc.stringMatching(/^[0-9A-F]{4}$/),
    function: fc.integer({ min: 0, max: 255 }),
    packet: fc
      .integer({ min: 1, max: 4095 })
      .chain((total) => fc.record({ total: fc.constant(total), number: fc.integer({ min: 1, max: total }) })),
    body: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    end: fc.constantFrom(...(Object.keys(endMarks) as EndMark[])),
  },
  { requiredKeys: ['encoding', 'direction', 'centre', 'station', 'password', 'function', 'body', 'end'] },
)

t.test('what is encoded is decoded as it was', async (t) => {
  fc.assert(
    fc.property(anyFrame, (frame) => {
      t.same(decodeSl651(encodeSl651(frame)), { ok: true, message: frame })
    }),
  )
})

t.test('one changed byte anywhere is refused', async (t) => {
  for (const frame of published.slice(0, 60)) {
    for (let place = 0; place < frame.length; place++) {
      for (const change of [1, 0x10, 0x80, 0xff]) {
        const bad = Buffer.from(frame)
        bad.writeUInt8(bad.readUInt8(place) ^ change, place)
        const decoded = decodeSl651(bad)
        // Case of hexadecimal letters in ASCII coded frames is no change of the check sum.
        if (decoded.ok) t.fail(`${frame.toString('hex')} at ${place}`)
        else if (decoded.fault.byte > bad.length) t.fail('fault beyond the frame')
      }
    }
  }
})

t.test('cut off at every byte: a reason, never a throw', async (t) => {
  for (const frame of published) {
    for (let end = 0; end < frame.length; end++) {
      const explained = explainSl651(frame.subarray(0, end))
      if (explained.valid) t.fail(`${end} bytes of ${frame.toString('hex')}`)
    }
  }
})

const pieces = (bytes: Buffer, sizes: readonly number[]): { frames: string[]; refused: number } => {
  const cutter = new Sl651Cutter()
  const frames: string[] = []
  let refused = 0
  let from = 0
  for (let step = 0; from < bytes.length; step++) {
    const size = sizes[step % sizes.length] ?? 1
    for (const piece of cutter.push(bytes.subarray(from, from + size))) {
      if (piece.kind === 'frame') frames.push(piece.bytes.toString('hex'))
      else refused += piece.bytes
    }
    from += size
    if (cutter.held > longestSl651) throw new Error(`${cutter.held} bytes kept`)
  }
  return { frames, refused: refused + cutter.held }
}

t.test('any chunking of good frames, rubbish and damaged frames gives the same frames', async (t) => {
  const part = fc.oneof(
    fc.constantFrom(...published),
    fc.constantFrom(...published).map((frame) => frame.subarray(0, frame.length >> 1)),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom('7e', '7e7e', '7e7e01', '01', '0130').map((digits) => Buffer.from(digits, 'hex')),
  )
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      (parts, sizes) => {
        const bytes = Buffer.concat(parts)
        t.same(pieces(bytes, sizes), pieces(bytes, [bytes.length || 1]))
      },
    ),
  )
})

t.test('binary and ASCII coded frames mixed with rubbish are all found', async (t) => {
  const rubbish = Buffer.from([0x7e, 0x01, 0x7e, 0x7e, 0x7e, 0x01, 0x30])
  const stream = Buffer.concat(published.flatMap((frame) => [rubbish, frame]))
  t.same(
    pieces(stream, [stream.length]).frames,
    published.map((frame) => frame.toString('hex')),
  )
})

t.test('bodies of any bytes under a right check sum: never a throw', async (t) => {
  fc.assert(
    fc.property(
      anyFrame,
      fc.constantFrom(0x2f, 0x31, 0x32, 0x34, 0x38, 0x40, 0x42, 0x45, 0x4c, 0x4e, 0x50),
      (frame, code) => {
        const time = frame.encoding === 'hex' ? Buffer.from('0001240601080000', 'hex') : Buffer.from('0001240601080000')
        const { packet: _, ...whole } = frame
        const body = Buffer.concat([time, frame.body])
        const explained = explainSl651(encodeSl651({ ...whole, function: code, body }))
        t.ok(explained.valid || explained.byte <= longestSl651)
      },
    ),
    { numRuns: 2000 },
  )
})

t.test('numbers of the standard', async (t) => {
  t.equal(bcdNumber(Buffer.from('00010490', 'hex'), 3), 10.49)
  t.equal(bcdNumber(Buffer.from('FF0125', 'hex'), 1), -12.5)
  t.equal(bcdNumber(Buffer.from('FF000000', 'hex'), 1), 0)
  t.equal(bcdNumber(Buffer.from('FFFFFF', 'hex'), 1), undefined)
  t.equal(bcdNumber(Buffer.from('00A1', 'hex'), 1), undefined)
  t.equal(bcdNumber(Buffer.alloc(0), 1), undefined)
})
