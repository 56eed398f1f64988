import type { EpochMs } from '@civitals/contracts/clock'
import type { Quality } from '@civitals/contracts/quality'
import type { ModbusFailure, ModbusLine, ModbusOutcome } from './modbus/line.ts'
import { askingRules } from './modbus/unit-rules.ts'
import { type ReadPlan, usualCost } from './planning/plan-reads.ts'
import { TerminalPlanner } from './planning/terminal-planner.ts'
import { type ModbusPoint, modbusPoints, type Profile, type ProfilePoint } from './profile.ts'
import { masked, rawOf } from './registers.ts'

/** A point of one sample: its value in the profile's unit, or why there is none. */
export type PointResult = { readonly value: number } | { readonly quality: BadQuality }
export type BadQuality = Exclude<Quality, 'good'>

/** What the outcome of a planned read says of each of its points. */
export function decodeReads(plan: ReadPlan, outcome: ModbusOutcome): Map<string, PointResult> {
  return new Map(plan.points.map((point) => [point.id, resultOf(point, plan, outcome)]))
}

/** The same, put into records by point id: for those who decode without end. */
export function decodeInto(
  plan: ReadPlan,
  outcome: ModbusOutcome,
  values: Record<string, number>,
  quality: Record<string, BadQuality>,
): void {
  for (const point of plan.points) {
    const decoded = decodedOf(point, plan, outcome)
    if (typeof decoded === 'number') values[point.id] = decoded
    else quality[point.id] = decoded
  }
}

function resultOf(point: ModbusPoint, plan: ReadPlan, outcome: ModbusOutcome): PointResult {
  const decoded = decodedOf(point, plan, outcome)
  return typeof decoded === 'number' ? { value: decoded } : { quality: decoded }
}

function decodedOf(point: ModbusPoint, plan: ReadPlan, outcome: ModbusOutcome): number | BadQuality {
  if (!outcome.ok) return refused(outcome) ? 'device_exception' : 'comm_fail'
  const from = point.read.address - plan.address
  const raw =
    'bits' in outcome
      ? bit(outcome.bits[from])
      : 'registers' in outcome
        ? rawOf(point.read, outcome.registers, from)
        : undefined
  return raw === undefined ? 'comm_fail' : valueOfRegisters(point, raw)
}

/**
 * Whether the terminal itself answered, with an exception. Codes 10 and 11 come from a gateway on the way that did not reach
 * it [MODBUS 7]: the terminal is silent.
 */
const refused = ({ kind, code }: ModbusFailure): boolean => kind === 'exception' && code !== 10 && code !== 11

const bit = (state: boolean | undefined): number | undefined => (state === undefined ? undefined : Number(state))

/** The value of a raw number of registers: first what says "no value", then mask and shift, then what every protocol has. */
function valueOfRegisters(point: ModbusPoint, raw: number): number | BadQuality {
  const { missing, mask, shift } = point.read
  if (missing?.includes(raw)) return 'stale'
  return valueOfRaw(point, mask === undefined && shift === undefined ? raw : masked(raw, mask, shift))
}

/** The value a raw number stands for, or why there is none: its enumeration or scale and offset, rounded, within the range. */
export function valueOfRaw(point: ProfilePoint, raw: number): number | BadQuality {
  const { values, scale = 1, offset = 0 } = point.read
  const value = values ? (values[raw] ?? Number.NaN) : roundTo(raw * scale + offset, point.resolution)
  const [low, high] = point.range
  // Written so that NaN, by which float terminals say "no value", fails it too.
  return value >= low && value <= high ? value : 'out_of_range'
}

/**
 * The multiple of `step` nearest to `value`, halves away from zero, without the binary dust of the multiplication: three steps
 * of 0.1 are 0.3. NaN stays NaN; zero is never -0.
 */
export function roundTo(value: number, step: number): number {
  const steps = Math.round(Math.abs(value) / step) * Math.sign(value) || value * 0
  const perUnit = Math.round(1 / step)
  const decimal = Math.abs(1 / step - perUnit) < 1e-9
  return (decimal ? steps / perUnit : steps * step) + 0
}

/** One sample of a terminal: every point asked for stands either in `values` or in `quality`. */
export interface TerminalReading {
  /** Wall time when the last good reply arrived; undefined when nothing was answered. */
  readonly at?: EpochMs
  readonly values: Readonly<Record<string, number>>
  readonly quality: Readonly<Record<string, BadQuality>>
  /** The last transaction that failed, for diagnosis and for a breaker. */
  readonly failure?: ModbusFailure
}

/**
 * Reads points of one terminal (default: all of its profile), one transaction after the other. After a silence or on a lost
 * line the remaining transactions are spared: their points are comm_fail too. An exception concerns its own transaction only, and one
 * that refuses an address is asked again in parts. `planner`: keeps what is learned between two calls.
 */
export async function readTerminal(
  line: ModbusLine,
  unit: number,
  profile: Profile,
  points: readonly ModbusPoint[] = modbusPoints(profile),
  signal?: AbortSignal,
  planner: TerminalPlanner = new TerminalPlanner({ line: usualCost, ...askingRules(profile) }),
): Promise<TerminalReading> {
  const results = new Map<string, PointResult>()
  let at: EpochMs | undefined
  let failure: ModbusFailure | undefined
  const plans = [...planner.plansFor(points)]
  for (let plan = plans.shift(); plan; plan = plans.shift()) {
    const spared = failure && !refused(failure) ? failure : undefined
    const outcome = spared ?? (await line.transact({ ...placesOfPlan(plan), unit }, signal))
    if (outcome.ok) at = outcome.arrivedAt
    else failure = outcome
    if (planner.learn(plan, outcome) === 'again') plans.unshift(...planner.plansFor(plan.points))
    else for (const [point, result] of decodeReads(plan, outcome)) results.set(point, result)
  }
  return { ...split(results), ...(at === undefined ? {} : { at }), ...(failure ? { failure } : {}) }
}

const placesOfPlan = ({ function: table, address, count }: ReadPlan) => ({ function: table, address, count })

function split(results: ReadonlyMap<string, PointResult>): Pick<TerminalReading, 'values' | 'quality'> {
  const values: Record<string, number> = {}
  const quality: Record<string, BadQuality> = {}
  for (const [point, result] of results) {
    if ('value' in result) values[point] = result.value
    else quality[point] = result.quality
  }
  return { values, quality }
}
