// Golden cases of Modbus profiles: what a terminal answered, through the line and the driver a technician's `read` runs.
import { FakeClock } from '@civitals/contracts/clock'
import { QualitySchema } from '@civitals/contracts/quality'
import { Type } from 'typebox'
import { readTerminal } from '../driver.ts'
import { withCrc } from '../modbus/crc.ts'
import { checkRequest } from '../modbus/pdu.ts'
import { RtuFraming } from '../modbus/rtu-framing.ts'
import type { ModbusProfile } from '../profile.ts'
import { pass } from '../wire/io/pass-time.ts'
import { MemoryWire } from '../wire/memory-wire.ts'
import { StreamLine } from '../wire/stream-line.ts'
import { checkedCase, type Replayed } from './case.ts'

const ModbusCase = Type.Object(
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

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex')

/** Places a captured exchange spoke of, and what the terminal kept there: undefined where it refused or said nothing. */
interface Captured {
  readonly request: Buffer
  readonly reply: Buffer | undefined
}

/** @throws for a file that is not of the form of a Modbus case. */
export async function replayModbus(profile: ModbusProfile, text: string, file: string): Promise<Replayed> {
  const golden = checkedCase(ModbusCase, text, file)
  const captured = golden.exchanges.map(({ request, reply }) => ({
    request: bytes(request),
    reply: reply === undefined ? undefined : bytes(reply),
  }))
  const { values, quality } = await read(profile, golden.unit, captured)
  const points = Object.keys(values)
  return { got: { values, quality }, wanted: { values: golden.values, quality: golden.quality }, points }
}

async function read(profile: ModbusProfile, unit: number, captured: readonly Captured[]) {
  const clock = new FakeClock()
  const wire = new MemoryWire((far) =>
    far.on('data', (request: Buffer) => {
      const reply = answerOf(captured, request)
      if (reply) far.write(reply)
    }),
  )
  const line = new StreamLine({
    clock,
    check: checkRequest,
    dial: wire.dial,
    framing: new RtuFraming(),
    timing: { gapMs: 0, characterMs: 0, timeoutMs: () => 100 },
    quarantineMs: 300,
    silentLimit: 9,
  })
  const pending = readTerminal(line, unit, profile)
  await pass(clock, 200, 50)
  return await pending
}

/**
 * What the terminal of a golden case answers. The captured frame where the gateway asks just that; where its plan bridges or cuts
 * what was captured, a reply of the captured registers (FFFF between them), as the terminal would have given.
 */
function answerOf(captured: readonly Captured[], request: Buffer): Buffer | undefined {
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
