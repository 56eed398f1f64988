import type { ModbusPoint, ModbusProfile, ReadSpec } from './profile.ts'
import type { Remark } from './profile-lint.ts'
import { type RegisterType, registerCount, wholeRange } from './registers.ts'

type Limits = ModbusProfile['limits']

const lastAddress = 65535
const bitsOf = (type: RegisterType): number => (type === 'bit' ? 1 : Number(/\d+$/.exec(type)?.[0] ?? 16))

/** What is wrong with where a point stands in its registers and how its number is made of them. */
export function* readFindings(
  { read, class: pointClass, range, resolution }: ModbusPoint,
  limits: Limits = {},
): Generator<Remark> {
  yield* placeFindings(read, limits)
  yield* keyFindings(read)
  yield* numberFindings(read)
  if (read.type === 'string' && pointClass !== 'identity') yield ['read.type', 'a string is for class identity']
  if (read.type === 'string' || read.values || read.scale === 0) return
  yield* reachFindings(read, range, resolution)
}

function* placeFindings(read: ReadSpec, { forbidden = [], ...limits }: NonNullable<Limits>): Generator<Remark> {
  const count = registerCount(read)
  const last = read.address + count - 1
  if (last > lastAddress) yield ['read.address', `${read.type} at ${read.address} reaches beyond 65535`]
  const most = limits.maxRegisters ?? 125
  if (!isBitTable(read) && count > most)
    yield ['read.type', `takes ${count} registers, but one read may ask for ${most} (limits.maxRegisters)`]
  const met = forbidden.find((one) => one.function === read.function && one.from <= last && one.to >= read.address)
  if (met) yield ['read.address', `${met.function} ${met.from} to ${met.to} must not be read (limits.forbidden)`]
}

const isBitTable = ({ function: table }: Pick<ReadSpec, 'function'>): boolean =>
  table === 'coil' || table === 'discrete'

/** Keys that go with some types only. */
function* keyFindings(read: ReadSpec): Generator<Remark> {
  const { type, order, bit, byte, length } = read
  const inBits = isBitTable(read)
  if (inBits && type !== 'bit') yield ['read.type', `a ${read.function} holds a bit, not ${type}`]
  if (inBits && bit !== undefined) yield ['read.bit', `a ${read.function} is one bit already`]
  if (!inBits && type === 'bit' && bit === undefined)
    yield ['read.type', 'a register holds a number; `bit: 0` to 15 is one bit of it']
  if (bit !== undefined && type !== 'bit') yield ['read.bit', 'is for type bit']
  if (byte !== undefined && bitsOf(type) !== 8) yield ['read.byte', 'is for u8 and i8']
  if (type === 'string' && length === undefined) yield ['read.type', 'a string needs its `length` in registers']
  if (length !== undefined && type !== 'string') yield ['read.length', 'is for type string']
  const letters = type === 'string' ? 0 : 2 * registerCount(read)
  if (order === undefined || order.length === letters) return
  yield [
    'read.order',
    letters < 4
      ? `${type} has no word order; it is for 32- and 64-bit types`
      : `${type} has an order of ${letters} letters`,
  ]
}

/** Mask, shift and the raw numbers a profile names must be possible for the type. */
function* numberFindings({ type, mask, shift, values, missing }: ReadSpec): Generator<Remark> {
  const whole = wholeRange[type]
  const unsigned = type.startsWith('u')
  if (mask !== undefined && !unsigned) yield ['read.mask', `is for unsigned numbers, not ${type}`]
  else if (mask !== undefined && whole && mask > whole[1]) yield ['read.mask', `has more bits than ${type}`]
  if (shift !== undefined && !unsigned && !/^i\d/.test(type)) yield ['read.shift', `is for whole numbers, not ${type}`]
  else if (shift !== undefined && shift >= bitsOf(type)) yield ['read.shift', `leaves nothing of ${type}`]
  if (values && !whole) yield ['read.values', `are for whole numbers, not ${type}`]
  for (const raw of whole ? Object.keys(values ?? {}) : []) {
    const [low, high] = rawRange({ type, mask, shift })
    if (Number(raw) < low || Number(raw) > high) yield [`read.values.${raw}`, `${type} is never ${raw} here`]
  }
  for (const [place, raw] of (missing ?? []).entries()) {
    if (whole && (raw < whole[0] || raw > whole[1] || !Number.isInteger(raw)))
      yield [`read.missing.${place}`, `${type} is never ${raw}`]
    if (!whole && type === 'string') yield [`read.missing.${place}`, 'a string is no number']
  }
}

/** Numbers left of a type after mask and shift; both ends included. */
function rawRange({
  type,
  mask,
  shift = 0,
}: {
  type: RegisterType
  mask?: number | undefined
  shift?: number | undefined
}): readonly [number, number] {
  const [low, high] = wholeRange[type] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  return [Math.floor(low / 2 ** shift), Math.floor((mask ?? high) / 2 ** shift)]
}

/** Values a type can have at all, in the unit of the point. */
function reach(read: ReadSpec): readonly [number, number] {
  const { scale = 1, offset = 0 } = read
  const ends = rawRange(read).map((raw) => raw * scale + offset)
  return [Math.min(...ends), Math.max(...ends)]
}

function* reachFindings(read: ReadSpec, range: readonly [number, number], resolution: number): Generator<Remark> {
  const [low, high] = reach(read)
  if (range[0] > high || range[1] < low)
    yield ['range', `${read.type} is never in it: it reaches from ${low} to ${high}`]
  if (read.type !== 'u64' && read.type !== 'i64') return
  const { scale = 1, offset = 0 } = read
  const most = Math.max(...range.map((end) => Math.abs((end - offset) / scale)))
  // A double holds 53 bits: beyond 2^53 neighbours are 2 apart, then 4, ...
  const step = most <= 2 ** 53 ? 0 : 2 ** (Math.floor(Math.log2(most)) - 52) * Math.abs(scale)
  if (step > resolution) yield ['resolution', `is finer than the step of ${step} that a number this large can show`]
}

/** Whether two reads have a bit in common. Bits, bytes and masks of one number may stand side by side. */
export function overlaps(a: ReadSpec, b: ReadSpec): boolean {
  if (a.function !== b.function) return false
  if (a.address >= b.address + registerCount(b) || b.address >= a.address + registerCount(a)) return false
  if (isBitTable(a) || a.address !== b.address || registerCount(a) !== registerCount(b)) return true
  if ((a.order ?? '') !== (b.order ?? '')) return true
  return (bitsTaken(a) & bitsTaken(b)) !== 0n
}

function bitsTaken({ type, bit, byte, mask }: ReadSpec): bigint {
  if (type === 'bit') return 1n << BigInt(bit ?? 0)
  if (bitsOf(type) === 8) return byte === 'high' ? 0xff00n : 0xffn
  return mask === undefined ? 2n ** 64n - 1n : BigInt(mask)
}

/** Values beyond what the point can be must not be writable, and neither must parts of a register, which would change the rest. */
export function* writeFindings({ read, write, range }: ModbusPoint): Generator<Remark> {
  if (!write) return
  if (write.function !== read.function)
    yield ['write.function', `the point is read from ${read.function}; what is written is read back from there`]
  if (read.type === 'string') yield ['write', 'a string cannot be written']
  const part = read.byte !== undefined || bitsOf(read.type) === 8 || read.mask !== undefined || read.shift !== undefined
  if (part || (read.type === 'bit' && !isBitTable(read)))
    yield ['write', 'a part of a register cannot be written without the rest of it']
  const [low, high] = write.range
  if (low > high) yield ['write.range', 'the lower end must not be above the upper']
  if (low < range[0] || high > range[1]) yield ['write.range', 'lies outside the possible range']
  if (read.values || read.scale === 0) return
  const [least, most] = reach(read)
  if (low < least || high > most) yield ['write.range', `${read.type} reaches from ${least} to ${most}`]
}

export function* limitFindings({ limits }: ModbusProfile): Generator<Remark> {
  for (const [place, { from, to }] of (limits?.forbidden ?? []).entries()) {
    if (from > to) yield [`limits.forbidden.${place}.from`, 'must not be above `to`']
  }
}

export function* identifyFindings({ identify, limits }: ModbusProfile): Generator<Remark> {
  if (!identify) return
  const { device, registers = [] } = identify
  if (!device?.vendor && !device?.product && registers.length === 0) yield ['identify', 'says nothing to know it by']
  for (const [place, { equals, ...read }] of registers.entries()) {
    const remarks = [...placeFindings(read, limits ?? {}), ...(isBitTable(read) ? keyFindings(read) : [])]
    for (const [key, message] of remarks) yield [key.replace('read', `identify.registers.${place}`), message]
    const [low, high] = wholeRange[read.type] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    if (read.type === 'string') yield [`identify.registers.${place}.type`, 'a string is no number']
    if (equals < low || equals > high) yield [`identify.registers.${place}.equals`, `${read.type} is never ${equals}`]
  }
}
