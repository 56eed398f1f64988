// A bug report becomes a folder: frames as they stood on the wire, and what a technician expects to read. The frames were
// published by others or built outside this project (Python's struct, check sums written from the standards), never with our own encoder.
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { FakeClock } from '@civitals/contracts/clock'
import { checkDocument, printProblem } from '@civitals/contracts/document'
import { QualitySchema } from '@civitals/contracts/quality'
import t from 'tap'
import { type Static, Type } from 'typebox'
import { readTerminal, type TerminalReading } from './driver.ts'
import { shippedProfiles, shippedProfilesFolder } from './io/profiles.ts'
import { withCrc } from './modbus/crc.ts'
import { checkRequest } from './modbus/pdu.ts'
import { RtuFraming } from './modbus/rtu-framing.ts'
import { modbusPoints, type Profile } from './profile.ts'
import { protocols } from './profile-schema.ts'
import { replayElements } from './testing/replay-elements.ts'
import { pass } from './testing/scripted-terminal.ts'
import { MemoryWire } from './wire/memory-wire.ts'
import { StreamLine } from './wire/stream-line.ts'

const GoldenSchema = Type.Object(
  {
    unit: Type.Integer(),
    exchanges: Type.Array(
      Type.Object({ request: Type.String(), reply: Type.Optional(Type.String()) }, { additionalProperties: false }),
      { minItems: 1 },
    ),
    values: Type.Record(Type.String(), Type.Number()),
    quality: Type.Record(Type.String(), QualitySchema),
  },
  { additionalProperties: false },
)
type Golden = Static<typeof GoldenSchema>

function load(file: string): Golden {
  const checked = checkDocument(GoldenSchema, readFileSync(file, 'utf8'), file)
  if (!checked.ok) throw new Error(checked.problems.map(printProblem).join('\n'))
  return checked.value
}

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex')
/** Places a captured exchange spoke of, and what the terminal kept there: undefined where it refused or said nothing. */
interface Captured {
  readonly request: Buffer
  readonly reply: Buffer | undefined
}

/**
 * What the terminal of a golden case answers. The captured frame where the gateway asks just that; where its plan bridges or cuts
 * what was captured, a reply of the captured registers (FFFF between them), as the terminal would have given.
 */
function answerOf(golden: Golden, request: Buffer): Buffer | undefined {
  const captured: Captured[] = golden.exchanges.map((one) => ({
    request: bytes(one.request),
    reply: one.reply === undefined ? undefined : bytes(one.reply),
  }))
  const same = captured.find((one) => one.request.equals(request))
  if (same) return same.reply
  const [code, from, count] = [request.readUInt8(1), request.readUInt16BE(2), request.readUInt16BE(4)]
  const met = captured.filter((one) => one.request[1] === code && overlaps(one.request, from, count))
  const refusal = met.find(({ reply }) => reply === undefined || (reply.readUInt8(1) & 0x80) !== 0)
  if (refusal) return refusal.reply
  const data = code <= 2 ? bitsOf(met, from, count) : registersOf(met, from, count)
  return withCrc(Buffer.from([request.readUInt8(0), code, data.length, ...data]))
}

const overlaps = (request: Buffer, from: number, count: number): boolean =>
  request.readUInt16BE(2) < from + count && from < request.readUInt16BE(2) + request.readUInt16BE(4)

function registersOf(captured: readonly Captured[], from: number, count: number): Buffer {
  const data = Buffer.alloc(2 * count, 0xff)
  for (const { request, reply } of captured) {
    for (let place = 0; place < request.readUInt16BE(4); place++) {
      const to = request.readUInt16BE(2) + place - from
      if (to >= 0 && to < count) reply?.copy(data, 2 * to, 3 + 2 * place, 5 + 2 * place)
    }
  }
  return data
}

function bitsOf(captured: readonly Captured[], from: number, count: number): Buffer {
  const data = Buffer.alloc(Math.ceil(count / 8))
  for (const { request, reply } of captured) {
    for (let place = 0; place < request.readUInt16BE(4); place++) {
      const to = request.readUInt16BE(2) + place - from
      const on = ((reply?.[3 + (place >> 3)] ?? 0) >> (place & 7)) & 1
      if (to >= 0 && to < count && on) data.writeUInt8(data.readUInt8(to >> 3) | (1 << (to & 7)), to >> 3)
    }
  }
  return data
}

async function replay(golden: Golden, profile: Profile): Promise<TerminalReading> {
  const clock = new FakeClock()
  const wire = new MemoryWire((far) =>
    far.on('data', (request: Buffer) => {
      const reply = answerOf(golden, request)
      if (reply) far.write(reply)
    }),
  )
  const timing = { gapMs: 0, characterMs: 0, timeoutMs: () => 100 }
  const framing = new RtuFraming()
  const line = new StreamLine({
    clock,
    check: checkRequest,
    dial: wire.dial,
    framing,
    timing,
    quarantineMs: 300,
    silentLimit: 9,
  })
  const pending = readTerminal(line, golden.unit, profile)
  await pass(clock, 200, 50)
  return await pending
}

t.test('every profile has golden cases and every case reads as expected', async (t) => {
  const profiles = await shippedProfiles()
  for (const [id, profile] of profiles) {
    const files = globSync(join(shippedProfilesFolder, id, 'golden', '*.yaml')).sort()
    t.ok(files.length > 0, `${id} has a golden case`)
    const seen = new Set<string>()
    for (const file of files) {
      const name = `${basename(dirname(dirname(file)))}: ${basename(file, '.yaml')}`
      if (profile.protocol !== 'modbus') {
        const { got, wanted, points } = await replayElements(profile, file)
        t.same(got, wanted, name)
        for (const point of points) seen.add(point)
        continue
      }
      const golden = load(file)
      const reading = await replay(golden, profile)
      t.same(reading.values, golden.values, `${name}: values`)
      t.same(reading.quality, golden.quality, `${name}: qualities`)
    }
    if (profile.protocol === 'modbus') continue
    const unseen = profile.points.map((point) => point.id).filter((point) => !seen.has(point))
    t.same(unseen, [], `${id}: every point has a value in a golden case`)
  }
})

t.test('every protocol has a profile', async (t) => {
  const spoken = new Set([...(await shippedProfiles()).values()].map(({ protocol }) => protocol))
  t.same([...spoken].sort(), [...protocols].sort())
})

t.test('every function, every type and every word order is exercised by a golden case', async (t) => {
  const reads = [...(await shippedProfiles()).values()].flatMap((profile) =>
    modbusPoints(profile).map((point) => point.read),
  )
  t.same([...new Set(reads.map((read) => read.function))].sort(), ['coil', 'discrete', 'holding', 'input'])
  t.same([...new Set(reads.map((read) => read.type))].sort(), ['bit', 'f32', 'i16', 'i32', 'u16', 'u32'])
  t.same([...new Set(reads.map((read) => read.order ?? 'ABCD'))].sort(), ['ABCD', 'BADC', 'CDAB', 'DCBA'])
})
