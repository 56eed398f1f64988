import { decodeReads } from '../driver.ts'
import type { Identification, ModbusLine, ModbusTable } from '../modbus/line.ts'
import { planReads } from '../planning/plan-reads.ts'
import { type ModbusPoint, modbusPoints, type Profile } from '../profile.ts'
import { rawOf, registerCount } from '../registers.ts'
import { type Decodes, decodesOf } from './decodes.ts'

/** What a scan found out about a unit that answers. */
export interface RecognisedUnit {
  readonly unit: number
  /** Who it says it is [MODBUS 6.21]: vendor, product, revision, ... */
  readonly identification?: Readonly<Record<string, string>>
  /** Profiles whose signature it bears: what it says of itself, registers that hold what only they hold. */
  readonly recognised: readonly string[]
  /** Profiles all of whose points it gives within their range; what else may have such registers is a person's judgement. */
  readonly profiles: readonly string[]
  /** For a unit no profile fits, or a small one that proves little: its first registers as every number they could be. */
  readonly samples?: readonly TableSample[]
}

export interface TableSample {
  readonly table: ModbusTable
  readonly decodes: readonly Decodes[]
}

const objectNames: Readonly<Record<number, string>> = {
  0: 'vendor',
  1: 'product code',
  2: 'revision',
  3: 'address',
  4: 'product',
  5: 'model',
  6: 'application',
}
/** A terminal that sends objects for ever is asked no more often than this. */
const mostIdentifyReplies = 8
/** Registers shown of an unknown unit, from address 0. */
const sampledRegisters = 10
/** Whole numbers in registers that are there fit many maps; floating-point numbers within a range seldom come by chance and count twice. */
const leastEvidence = 3
/** With less, the registers are shown too: two numbers within their ranges may be others. */
const fairEvidence = 6

/** Asks a unit who it is, compares it with the profiles, and where none fits takes a sample of its registers. */
export async function recogniseUnit(
  line: ModbusLine,
  unit: number,
  profiles: readonly Profile[],
  signal?: AbortSignal,
): Promise<RecognisedUnit> {
  const registers = new Registers(line, unit, signal)
  const objects = await identify(line, unit, signal)
  const recognised: string[] = []
  for (const profile of profiles) if (await bears(profile, objects, registers)) recognised.push(profile.profile)
  const fitting: string[] = []
  let evidence = recognised.length > 0 ? fairEvidence : 0
  for (const profile of recognised.length > 0 ? [] : profiles) {
    const found = await evidenceOf(line, unit, profile, signal)
    if (found >= leastEvidence) fitting.push(profile.profile)
    evidence = Math.max(evidence, found)
  }
  return {
    unit,
    recognised,
    profiles: fitting,
    ...(Object.keys(objects).length > 0 && { identification: named(objects) }),
    ...(evidence < fairEvidence && { samples: await samplesOf(registers) }),
  }
}

const named = (objects: Readonly<Record<number, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(objects).map(([id, text]) => [objectNames[Number(id)] ?? `object ${id}`, text]))

async function identify(
  line: ModbusLine,
  unit: number,
  signal?: AbortSignal,
): Promise<Readonly<Record<number, string>>> {
  const objects: Record<number, string> = {}
  let next: number | undefined = 0
  for (let turn = 0; next !== undefined && turn < mostIdentifyReplies; turn++) {
    const reply = await line.transact({ unit, function: 'identify', level: 'regular', object: next }, signal)
    if (!reply.ok || !('objects' in reply)) break
    const identification: Identification = reply
    Object.assign(objects, identification.objects)
    next = identification.next
  }
  return objects
}

/** Each register is asked for once in a recognition. */
class Registers {
  readonly #line: ModbusLine
  readonly #unit: number
  readonly #signal: AbortSignal | undefined
  readonly #read = new Map<string, Promise<readonly number[] | undefined>>()

  constructor(line: ModbusLine, unit: number, signal?: AbortSignal) {
    this.#line = line
    this.#unit = unit
    this.#signal = signal
  }

  /** Words of a table; bits as 0 and 1; undefined when the unit does not give them. */
  read(table: ModbusTable, address: number, count: number): Promise<readonly number[] | undefined> {
    const key = `${table} ${address} ${count}`
    const known = this.#read.get(key) ?? this.#ask(table, address, count)
    this.#read.set(key, known)
    return known
  }

  async #ask(table: ModbusTable, address: number, count: number): Promise<readonly number[] | undefined> {
    const reply = await this.#line.transact({ unit: this.#unit, function: table, address, count }, this.#signal)
    if (!reply.ok) return undefined
    if ('registers' in reply) return reply.registers
    return 'bits' in reply ? reply.bits.map(Number) : undefined
  }
}

async function bears(
  profile: Profile,
  objects: Readonly<Record<number, string>>,
  registers: Registers,
): Promise<boolean> {
  if (profile.protocol !== 'modbus' || !profile.identify) return false
  const { device, registers: signature = [] } = profile.identify
  if (device && !(holds(objects[0], device.vendor) && holds(objects[1], device.product))) return false
  for (const { function: table, address, type, equals } of signature) {
    const read = { function: table, address, type } as const
    const words = await registers.read(table, address, registerCount(read))
    if (!words || rawOf(read, words) !== equals) return false
  }
  return device !== undefined || signature.length > 0
}

/** Whether a text holds the words asked for; nothing asked for holds always. */
const holds = (text: string | undefined, wanted: string | undefined): boolean =>
  wanted === undefined || (text ?? '').toLowerCase().includes(wanted.toLowerCase())

/** How many of its values speak for a profile, 0 when one is missing or makes no sense; registers nobody uses are zero and speak for nothing. */
async function evidenceOf(line: ModbusLine, unit: number, profile: Profile, signal?: AbortSignal): Promise<number> {
  if (profile.protocol !== 'modbus') return 0
  const points = modbusPoints(profile)
  if (points.reduce((sum, point) => sum + weightOf(point), 0) < leastEvidence) return 0
  let evidence = 0
  for (const plan of planReads(points)) {
    const { function: table, address, count } = plan
    const outcome = await line.transact({ unit, function: table, address, count }, signal)
    if (!outcome.ok) return 0
    const results = decodeReads(plan, outcome)
    for (const point of plan.points) {
      const result = results.get(point.id)
      if (!result || !('value' in result)) return 0
      if (result.value !== (point.read.offset ?? 0)) evidence += weightOf(point)
    }
  }
  return evidence
}

const weightOf = ({ read }: ModbusPoint): number => (read.type === 'f32' || read.type === 'f64' ? 2 : 1)

async function samplesOf(registers: Registers): Promise<TableSample[]> {
  const samples: TableSample[] = []
  for (const table of ['holding', 'input'] as const) {
    const words = await firstWords(registers, table)
    if (words.length > 0) samples.push({ table, decodes: decodesOf(0, words) })
  }
  return samples
}

/** As many registers from 0 on as the unit gives, ten at most: where a table ends is searched by halves. */
async function firstWords(registers: Registers, table: ModbusTable): Promise<readonly number[]> {
  let given: readonly number[] = []
  let refused = sampledRegisters + 1
  let count = sampledRegisters
  while (count > given.length && count < refused) {
    const words = await registers.read(table, 0, count)
    if (words) given = words
    else refused = count
    count = given.length === 0 ? refused >> 1 : (given.length + refused) >> 1
  }
  return given
}
