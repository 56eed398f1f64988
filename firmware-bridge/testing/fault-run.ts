// Transactions by the thousand on a faulty bus, each outcome compared with the truth.
import { FakeClock } from '@civitals/contracts/clock'
import type { ModbusOutcome, ModbusRequest } from '../modbus/line.ts'
import { checkRequest, functionCodes } from '../modbus/pdu.ts'
import { type MayRead, RtuFraming } from '../modbus/rtu-framing.ts'
import { serialTiming } from '../modbus/timing.ts'
import { StreamLine } from '../wire/stream-line.ts'
import { counterTime, type Faults, FaultyBus, map } from './faulty-bus.ts'

/** Faults as a bad line has them; late replies are fewer than the one in a hundred that time-outs follow. */
export const badLine: Faults = {
  lost: 0.01,
  late: 0.006,
  copied: 0.02,
  foreign: 0.02,
  otherMaster: 0.002,
  truncated: 0.015,
  corrupted: 0.02,
  noise: 0.02,
}

export interface FaultRun {
  readonly transactions: number
  readonly seed: number
  readonly faults: Faults
  /** Whether late replies and copies come within `maxLate`, as the line expects; else their lateness has no bound. */
  readonly bounded: boolean
  /** Defences that are left out, to see what they are worth: remembering what is owed, and the quiet time after a failure. */
  readonly without?: readonly ('owed' | 'quarantine')[]
}

export interface FaultResult {
  readonly good: number
  readonly failed: number
  readonly wrong: number
  /** Right values that were taken before the request was sent, by a late reply or a copy of one; bounded by `maxLate`. */
  readonly stale: number
  readonly hung: number
  readonly late: number
  /** Examples of wrong outcomes. */
  readonly examples: readonly string[]
  readonly virtualMs: number
}

const leastQuietMs = 300
const mayRead: MayRead = ({ address, count }) => address + count <= map.end

/** Asks whatever is to be asked, whoever still owes a reply. */
class ForgetfulFraming extends RtuFraming {
  override owes(): boolean {
    return false
  }
}

/** A small generator of its own, so that a failing run can be repeated. */
export function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}

/** One line from new, `transactions` long. */
export async function runFaults({ transactions, seed, faults, bounded, without = [] }: FaultRun): Promise<FaultResult> {
  const clock = new FakeClock()
  const draw = generator(seed)
  const timing = serialTiming({ kind: 'serial', path: 'none', baud: 19200 })
  const usual: ModbusRequest = { unit: 1, function: 'holding', address: 0, count: 10 }
  const maxLateMs = (unit: number): number => Math.max(leastQuietMs, 3 * measured(unit))
  const measured = (unit: number): number =>
    line.turnaroundMs(unit) >= (timing.startMs ?? 0) ? 0 : line.turnaroundMs(unit)
  const late = (unit: number): number => timing.timeoutMs(usual, line.turnaroundMs(unit))
  const beyond = (): number => 50 / (1 - draw())
  const bus = new FaultyBus({
    clock,
    draw,
    faults,
    characterMs: timing.characterMs,
    // The reply itself still takes its time on the wire: it must have ended by then.
    lateMs: (unit) => late(unit) + (bounded ? draw() * (maxLateMs(unit) - 60) : beyond()),
    copyMs: () => (bounded ? leastQuietMs - 60 : beyond()),
  })
  const line = new StreamLine({
    clock,
    timing,
    check: checkRequest,
    dial: bus.dial,
    framing: without.includes('owed') ? new ForgetfulFraming(mayRead) : new RtuFraming(mayRead),
    quarantineMs: without.includes('quarantine') ? 0 : leastQuietMs,
    silentLimit: 20,
  })
  const result = { good: 0, failed: 0, wrong: 0, stale: 0, hung: 0, examples: [] as string[] }
  for (let turn = 0; turn < transactions; turn++) {
    const request = anyRequest(draw)
    const askedAt = clock.mono()
    const outcome = await finish(clock, line.transact(request, stopSometimes(clock, draw)))
    if (outcome === undefined) result.hung++
    else if (!outcome.ok) result.failed++
    else {
      const verdict = judge(bus, clock.mono(), request, outcome, askedAt, maxLateMs(request.unit))
      result[verdict]++
      if (verdict === 'wrong' && result.examples.length < 5) {
        result.examples.push(`${turn} ${JSON.stringify(request)} ${JSON.stringify(outcome)}`)
      }
    }
    if (turn % 1000 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await line.close()
  return { ...result, late: line.health.late, virtualMs: clock.mono() }
}

/** Mostly a few shapes of read again and again, as a poll does: those are the ones that can be mistaken for each other. */
function anyRequest(draw: () => number): ModbusRequest {
  const pick = <V>(values: readonly V[]): V => values[Math.floor(draw() * values.length)] as V
  const unit = 1 + Math.floor(draw() * 3)
  if (draw() < 0.05) {
    const address = map.scratch + Math.floor(draw() * 4)
    const value = Math.floor(draw() * 4)
    return draw() < 0.5
      ? { unit, function: 'write-register', address, value }
      : { unit, function: 'write-registers', address, values: [value, value + 1] }
  }
  const count = pick([1, 2, 2, 2, 4, 10, 10, 30])
  const table = pick(['holding', 'holding', 'holding', 'input', 'coil', 'discrete'] as const)
  const base = pick([map.fixed, map.fixed, map.fixed, map.zeros, map.counters, map.scratch, map.end])
  return { unit, function: table, address: base + Math.floor(draw() * 5) * 2, count: base === map.scratch ? 2 : count }
}

function stopSometimes(clock: FakeClock, draw: () => number): AbortSignal | undefined {
  if (draw() > 0.005) return undefined
  const stop = new AbortController()
  clock.after(draw() * 60, () => stop.abort())
  return stop.signal
}

/** Lets time pass until the promise settles; undefined when it never does. */
async function finish(clock: FakeClock, pending: Promise<ModbusOutcome>): Promise<ModbusOutcome | undefined> {
  let outcome: ModbusOutcome | undefined
  void pending.then((value) => {
    outcome = value
  })
  await clock.advance(0)
  for (let steps = 0; outcome === undefined && steps < 10_000; steps++) {
    const next = clock.nextTimerInMs
    if (next === undefined) return undefined
    await clock.advance(next)
  }
  return outcome
}

type Verdict = 'good' | 'stale' | 'wrong'

function judge(
  bus: FaultyBus,
  now: number,
  request: ModbusRequest,
  outcome: ModbusOutcome & { readonly ok: true },
  askedAt: number,
  maxLateMs: number,
): Verdict {
  if ('written' in outcome) return isWritten(bus, request) ? 'good' : 'wrong'
  if (!('count' in request) || (!('registers' in outcome) && !('bits' in outcome))) return 'wrong'
  const got = 'bits' in outcome ? outcome.bits.map(Number) : outcome.registers
  if (got.length !== request.count) return 'wrong'
  let verdict: Verdict = 'good'
  for (const [place, value] of got.entries()) {
    const address = request.address + place
    const counter = address >= map.counters && address < map.scratch
    if (counter && 'registers' in outcome) {
      const taken = counterTime(value, address, now)
      if (taken < askedAt - maxLateMs) return 'wrong'
      if (taken < askedAt) verdict = 'stale'
    } else if (!counter && value !== expected(bus, request, address)) return 'wrong'
  }
  return verdict
}

function expected(bus: FaultyBus, request: ModbusRequest, address: number): number {
  const value = bus.value(request.unit, functionCodes[request.function], address)
  return request.function === 'coil' || request.function === 'discrete' ? value & 1 : value
}

/** A confirmed write stands in the registers. */
function isWritten(bus: FaultyBus, request: ModbusRequest): boolean {
  if (request.function === 'write-register') return bus.scratch(request.unit, request.address) === request.value
  if (request.function !== 'write-registers') return false
  return request.values.every((value, place) => bus.scratch(request.unit, request.address + place) === value)
}
