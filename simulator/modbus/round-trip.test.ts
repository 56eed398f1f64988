// What a simulated terminal keeps in its registers, read the way the gateway reads it, is the value it had.
import { isDeepStrictEqual } from 'node:util'
import { decodeReads } from '@civitals/firmware-bridge/driver'
import { planReads } from '@civitals/firmware-bridge/planning/plan-reads'
import type { ModbusPoint, ReadSpec } from '@civitals/firmware-bridge/profile'
import fc from 'fast-check'
import t from 'tap'
import { readCells, registerMap } from './image.ts'

const orders32 = ['ABCD', 'CDAB', 'BADC', 'DCBA'] as const
const orders64 = ['ABCDEFGH', 'GHEFCDAB', 'BADCFEHG', 'HGFEDCBA', 'CDABGHEF', 'EFGHABCD'] as const
type Keys = Omit<ReadSpec, 'function' | 'address'>
interface Case {
  readonly keys: Keys
  readonly value: number
}

const whole = (min: number, max: number) => fc.maxSafeInteger().map((n) => min + (Math.abs(n) % (max - min + 1)))
const ends: Readonly<Record<string, readonly [number, number]>> = {
  u8: [0, 255],
  i8: [-128, 127],
  u16: [0, 65535],
  i16: [-32768, 32767],
  u32: [0, 2 ** 32 - 1],
  i32: [-(2 ** 31), 2 ** 31 - 1],
  u64: [0, 2 ** 53 - 1],
  i64: [-(2 ** 52), 2 ** 52],
  bcd16: [0, 9999],
  bcd32: [0, 99_999_999],
  bcd64: [0, 2 ** 53 - 1],
}

const orderOf = (type: string) =>
  type.endsWith('64')
    ? fc.constantFrom<ReadSpec['order'][]>(undefined, ...orders64)
    : type.endsWith('32')
      ? fc.constantFrom<ReadSpec['order'][]>(undefined, ...orders32)
      : fc.constant(undefined)

/** A whole number of any type, as it stands there. */
const plain = fc.constantFrom(...(Object.keys(ends) as ReadSpec['type'][])).chain((type) => {
  const [min, max] = ends[type]!
  const half = type.endsWith('8') && !type.startsWith('bcd')
  return fc
    .record({ order: orderOf(type), byte: fc.constantFrom('high' as const, 'low' as const), value: whole(min, max) })
    .map(({ order, byte, value }): Case => ({ keys: { type, ...(order && { order }), ...(half && { byte }) }, value }))
})

/** Scaled by a power of ten and moved by whole steps. */
const scaled = fc
  .record({ raw: whole(-32768, 32767), tenths: fc.integer({ min: 0, max: 4 }), steps: whole(-1000, 1000) })
  .map(({ raw, tenths, steps }): Case => {
    const scale = 10 ** -tenths
    return { keys: { type: 'i16', scale, offset: steps / 10 ** tenths }, value: (raw + steps) / 10 ** tenths }
  })

const single = (value: number): number => Math.fround(value)
const floats = fc
  .record({ type: fc.constantFrom('f32' as const, 'f64' as const), value: fc.integer({ min: -1e6, max: 1e6 }) })
  .chain(({ type, value }) =>
    orderOf(type).map((order): Case => {
      return { keys: { type, ...(order && { order }) }, value: single(value) }
    }),
  )
const halfFloats = whole(-2048, 2048).map((value): Case => ({ keys: { type: 'f16' }, value }))

/** Bits of a register that mean a number. */
const masked = fc
  .record({ shift: fc.integer({ min: 0, max: 15 }), width: fc.integer({ min: 1, max: 16 }), raw: whole(0, 65535) })
  .map(({ shift, width, raw }): Case => {
    const kept = Math.min(width, 16 - shift)
    return { keys: { type: 'u16', mask: (2 ** kept - 1) * 2 ** shift, shift }, value: raw % 2 ** kept }
  })

const enumerated = fc.uniqueArray(whole(0, 255), { minLength: 1, maxLength: 8 }).chain((raws) =>
  fc.constantFrom(...raws.keys()).map((place): Case => {
    const values = Object.fromEntries(raws.map((raw, at) => [String(raw), at * 10]))
    return { keys: { type: 'u16', values }, value: place * 10 }
  }),
)

const bits = fc
  .record({ bit: fc.integer({ min: 0, max: 15 }), value: fc.constantFrom(0, 1) })
  .map(({ bit, value }): Case => ({ keys: { type: 'bit', bit }, value }))

function point(id: string, read: ReadSpec): ModbusPoint {
  const name = { zh: id, en: id }
  return { id, name, unit: 'none', class: 'normal', resolution: read.scale ? 0.0001 : 1, range: [-1e16, 1e16], read }
}

/** All points of a terminal as the gateway decodes them from the registers the simulator answers with. */
function readBack(points: readonly ModbusPoint[], value: (id: string) => number): Record<string, unknown> {
  const map = registerMap(points)
  const read: Record<string, unknown> = {}
  for (const plan of planReads(points)) {
    const registers = readCells(map, plan.function, plan.address, plan.count, value) ?? []
    for (const [id, result] of decodeReads(plan, { ok: true, registers, arrivedAt: 0, wireMs: 0 })) read[id] = result
  }
  return read
}

t.test('a value of any type comes back', async (t) => {
  const any = fc.oneof(plain, scaled, floats, halfFloats, masked, enumerated, bits)
  const comesBack = ({ keys, value }: Case, address: number): boolean => {
    const back = readBack([point('it', { function: 'holding', address, ...keys })], () => value)
    return isDeepStrictEqual(back, { it: { value } })
  }
  fc.assert(fc.property(any, fc.integer({ min: 0, max: 60_000 }), comesBack), { numRuns: 3000 })
  t.pass()
})

t.test('parts that share a register come back side by side', async (t) => {
  const keys: Readonly<Record<string, Keys>> = {
    high: { type: 'u8', byte: 'high' },
    middle: { type: 'u16', mask: 0xf0, shift: 4 },
    third: { type: 'bit', bit: 3 },
    last: { type: 'bit', bit: 0 },
  }
  const points = Object.entries(keys).map(([id, own]) => point(id, { function: 'input', address: 7, ...own }))
  const bit = fc.constantFrom(0, 1)
  const parts = fc.record({ high: whole(0, 255), middle: whole(0, 15), third: bit, last: bit })
  const comeBack = (values: Readonly<Record<string, number>>): boolean => {
    const back = readBack(points, (id) => values[id] ?? 0)
    return Object.entries(values).every(([id, value]) => isDeepStrictEqual(back[id], { value }))
  }
  fc.assert(fc.property(parts, comeBack), { numRuns: 500 })
  t.pass()
})
