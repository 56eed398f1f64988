// Frames other people published, and frames built outside this project: what they mean, what is wrong with them, and that a
// stream is cut at their borders whatever stands around them.
import t, { type Test } from 'tap'
import { type Codec, decodeFrame, type FrameProtocol, frameProtocols, loadCodec } from './decode.ts'
import { frameChecks, type Piece } from './frames/frame.ts'
import { fuzzCodec, random } from './testing/fuzz.ts'
import { type GoldenFrame, goldenFrames } from './testing/golden-frames.ts'
import { reseals } from './testing/reseal.ts'

/** The first place where `actual` lacks something `expected` has; arrays must be whole. */
function difference(actual: unknown, expected: unknown, path = ''): string | undefined {
  if (typeof expected !== 'object' || expected === null) {
    const same = Object.is(actual, expected) || (actual === 0 && expected === 0)
    return same ? undefined : `${path}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`
  }
  if (typeof actual !== 'object' || actual === null) return `${path}: ${JSON.stringify(actual)} instead of an object`
  if (Array.isArray(expected) && (actual as unknown[]).length !== expected.length)
    return `${path}: ${(actual as unknown[]).length} instead of ${expected.length} items`
  for (const [key, value] of Object.entries(expected)) {
    const found = difference((actual as Record<string, unknown>)[key], value, `${path}/${key}`)
    if (found) return found
  }
  return undefined
}

const frames = (pieces: readonly Piece[]): Buffer[] =>
  pieces.flatMap((piece) => (piece.kind === 'frame' ? [piece.bytes] : []))

const weightOf = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, piece) => sum + (piece.kind === 'frame' ? piece.bytes.length : piece.bytes), 0)

/** Text is cut without its line end. */
const bare = (codec: Codec, frame: Buffer): Buffer =>
  codec.text && frame.subarray(-2).equals(Buffer.from('\r\n')) ? frame.subarray(0, -2) : frame

function checkCutting(codec: Codec, whole: Buffer): string | undefined {
  const frame = bare(codec, whole)
  const alone = codec.cutter().push(whole)
  if (alone.length !== 1 || !frames(alone)[0]?.equals(frame)) return 'alone'
  const slow = codec.cutter()
  const bytewise = [...whole].flatMap((byte) => slow.push(Uint8Array.of(byte)))
  if (bytewise.length !== 1 || !frames(bytewise)[0]?.equals(frame)) return 'byte by byte'
  const pick = random(frame.length)
  const rubbish = (length: number): Buffer => Buffer.from(Array.from({ length }, () => pick(256)))
  const stream = Buffer.concat([rubbish(60), whole, rubbish(5000)])
  const cutter = codec.cutter()
  const found = cutter.push(stream)
  if (frames(found).length !== 1 || !frames(found)[0]?.equals(frame)) return 'between rubbish'
  if (weightOf(found) + cutter.between + cutter.held !== stream.length) return 'bytes unaccounted for'
  return undefined
}

function checkFault(codec: Codec, { frame, name }: GoldenFrame, t: Test): void {
  const explained = codec.explain(frame)
  if (explained.valid) return
  t.ok(frameChecks.includes(explained.check), `${name}: names a check`)
  t.ok(explained.byte >= 0 && explained.byte <= frame.length && explained.detail !== '', `${name}: says where and why`)
  const broken = explained.check !== 'field' && explained.check !== 'address' && explained.check !== 'code'
  const whole = frames(codec.cutter().push(frame)).some((bytes) => bytes.equals(frame))
  if (broken) t.notOk(whole, `${name}: is not cut as a good frame`)
}

for (const protocol of frameProtocols) {
  t.test(`${protocol}: every golden frame means what its source says`, async (t) => {
    const codec = await loadCodec(protocol)
    const golden = await goldenFrames(protocol)
    t.ok(
      golden.some(({ expect }) => expect.valid) && golden.some(({ expect }) => !expect.valid),
      'there are good and bad frames',
    )
    for (const each of golden) {
      t.equal(difference(codec.explain(each.frame), { protocol, ...each.expect }), undefined, each.name)
      if (each.expect.valid) t.equal(checkCutting(codec, each.frame), undefined, `${each.name}: is cut`)
      else checkFault(codec, each, t)
    }
  })

  t.test(`${protocol}: 20,000 made frames neither throw nor hang nor stay`, async (t) => {
    const codec = await loadCodec(protocol)
    const good = (await goldenFrames(protocol)).filter(({ expect }) => expect.valid).map(({ frame }) => frame)
    const result = fuzzCodec(codec, good, reseals[protocol] ?? ((frame) => frame), 20_000, 440_607)
    const refused = Object.values(result.refused).reduce((sum, count) => sum + count, 0)
    t.equal(result.firstFailure, undefined)
    t.equal(result.valid + refused, result.frames, 'every frame is explained or refused')
    t.same([result.thrown, result.unreasoned, result.bytesLost, result.missed], [0, 0, 0, 0])
    t.ok(result.heldMost <= codec.longestBytes, `${result.heldMost} of at most ${codec.longestBytes} bytes wait`)
    t.ok(result.heldMost > codec.longestBytes / 2, 'long frames are among them')
    t.ok(result.valid > 0 && refused > result.frames / 2 && result.cut.frames > 0, 'the fuzz reaches both outcomes')
  })
}

t.test('hexadecimal digits are read however a person separates them', async (t) => {
  const written = [
    '0A 03 10 04 00 02 80 71',
    '0a03100400028071',
    '0x0A,0x03,0x10,0x04,0x00,0x02,0x80,0x71',
    '0A:03:10:04:00:02:80:71',
    '\\x0a\\x03\\x10\\x04\\x00\\x02\\x80\\x71',
    '0A 03 10 04\n00 02 80 71\n',
    '0A-03-10-04-00-02-80-71',
  ]
  for (const text of written) t.match(await decodeFrame('modbus-rtu', text), { valid: true, unit: '10' }, text)
})

t.test('what is no frame at all is said so, with the byte', async (t) => {
  t.match(await decodeFrame('modbus-rtu', '0A 03 1'), { valid: false, check: 'length', byte: 2 })
  t.match(await decodeFrame('modbus-rtu', '0A 03 zz'), { valid: false, check: 'field', byte: 2 })
  for (const protocol of frameProtocols as readonly FrameProtocol[])
    t.match(await decodeFrame(protocol, ''), { protocol, valid: false }, `${protocol}: nothing`)
})
