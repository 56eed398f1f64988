// A bug report becomes a folder: frames as they stood on the wire, and what a technician expects to read. The frames were
// built outside this project (Python's struct, a CRC written from the specification), never with our own encoder.
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { FakeClock } from '@civitals/contracts/clock'
import { checkDocument, printProblem } from '@civitals/contracts/document'
import { QualitySchema } from '@civitals/contracts/quality'
import t from 'tap'
import { type Static, Type } from 'typebox'
import { readTerminal, type TerminalReading } from './driver.ts'
import { shippedProfiles, shippedProfilesFolder } from './io/profiles.ts'
import { checkRequest } from './modbus/pdu.ts'
import { RtuFraming } from './modbus/rtu-framing.ts'
import type { Profile } from './profile.ts'
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
const print = (frame: Buffer): string =>
  frame
    .toString('hex')
    .toUpperCase()
    .replace(/..(?!$)/g, '$& ')

async function replay(golden: Golden, profile: Profile): Promise<{ sent: string[]; reading: TerminalReading }> {
  const clock = new FakeClock()
  const sent: string[] = []
  const wire = new MemoryWire((far) =>
    far.on('data', (request: Buffer) => {
      sent.push(print(request))
      const reply = golden.exchanges.find((exchange) => exchange.request === print(request))?.reply
      if (reply) far.write(bytes(reply))
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
  return { sent, reading: await pending }
}

t.test('every profile has golden cases and every case reads as expected', async (t) => {
  const profiles = await shippedProfiles()
  for (const [id, profile] of profiles) {
    const files = globSync(join(shippedProfilesFolder, id, 'golden', '*.yaml')).sort()
    t.ok(files.length > 0, `${id} has a golden case`)
    for (const file of files) {
      const golden = load(file)
      const { sent, reading } = await replay(golden, profile)
      const name = `${basename(dirname(dirname(file)))}: ${basename(file, '.yaml')}`
      t.same(
        sent,
        golden.exchanges.map((exchange) => exchange.request),
        `${name}: requests`,
      )
      t.same(reading.values, golden.values, `${name}: values`)
      t.same(reading.quality, golden.quality, `${name}: qualities`)
    }
  }
})

t.test('every function, every type and every word order is exercised by a golden case', async (t) => {
  const reads = [...(await shippedProfiles()).values()].flatMap((profile) => profile.points.map((point) => point.read))
  t.same([...new Set(reads.map((read) => read.function))].sort(), ['coil', 'discrete', 'holding', 'input'])
  t.same([...new Set(reads.map((read) => read.type))].sort(), ['bit', 'f32', 'i16', 'i32', 'u16', 'u32'])
  t.same([...new Set(reads.map((read) => read.order ?? 'ABCD'))].sort(), ['ABCD', 'BADC', 'CDAB', 'DCBA'])
})
