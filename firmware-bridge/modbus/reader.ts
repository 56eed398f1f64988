import type { Clock } from '@civitals/contracts/clock'
import { type BadQuality, decodeInto } from '../driver.ts'
import { type LineCost, wireMs } from '../planning/cost.ts'
import { planReads, type ReadLimits, type ReadPlan, usualCost } from '../planning/plan-reads.ts'
import { TerminalPlanner } from '../planning/terminal-planner.ts'
import type { ModbusPoint } from '../profile.ts'
import type { PlanReading, TerminalReader } from '../terminal-reader.ts'
import type { ModbusLine, ModbusOutcome } from './line.ts'

export interface ModbusReaderParts {
  readonly line: ModbusLine
  readonly unit: number
  /** All that the terminal may be asked for. */
  readonly points: readonly ModbusPoint[]
  readonly limits?: ReadLimits
  /** Silence the terminal needs between two transactions. Default 0. */
  readonly pauseMs?: number
  /** Turnaround expected before one was measured. Default: that of the planner. */
  readonly turnaroundMs?: number
  /** What the line makes a transaction cost. Default: 9600 baud. */
  readonly cost?: LineCost
  readonly clock: Clock
}

/** Reads one Modbus terminal: plans by what its line costs, and learns from every answer. */
export class ModbusReader implements TerminalReader<ReadPlan> {
  readonly #parts: ModbusReaderParts
  readonly #cost: LineCost
  readonly #planner: TerminalPlanner
  /** The first read that succeeded, cut down to one point. */
  #probe: ReadPlan | undefined

  constructor(parts: ModbusReaderParts) {
    const { cost = usualCost, limits, turnaroundMs } = parts
    this.#parts = parts
    this.#cost = cost
    this.#planner = new TerminalPlanner({
      line: cost,
      ...(limits && { limits }),
      ...(turnaroundMs !== undefined && { turnaroundMs }),
    })
  }

  get pauseMs(): number {
    return this.#parts.pauseMs ?? 0
  }

  get learned(): { readonly turnaroundMs: number } {
    return { turnaroundMs: Math.round(this.#planner.turnaroundMs * 10) / 10 }
  }

  plansFor(points: readonly ModbusPoint[]): readonly ReadPlan[] {
    return this.#planner.plansFor(points)
  }

  probe(): ReadPlan | undefined {
    return this.#probe ?? narrowed(this.plansFor(this.#parts.points)[0])
  }

  async read(plan: ReadPlan, signal?: AbortSignal): Promise<PlanReading> {
    const { clock, line, unit } = this.#parts
    const { function: table, address, count } = plan
    const begin = clock.mono()
    const outcome = await line.transact({ unit, function: table, address, count }, signal)
    const again = this.#planner.learn(plan, outcome, this.#elapsed(plan, outcome, clock.mono() - begin)) === 'again'
    if (outcome.ok) this.#probe ??= narrowed(plan)
    return readingOf(plan, outcome, again)
  }

  /** A line that measures the turnaround itself leaves out the silence it kept before it spoke. */
  #elapsed({ function: table, count }: ReadPlan, outcome: ModbusOutcome, measuredMs: number): number {
    if (!outcome.ok || outcome.turnaroundMs === undefined) return measuredMs
    return outcome.turnaroundMs + wireMs(this.#cost, table, count) + 2 * this.#cost.gapMs
  }
}

/** A plan of the first point alone: one register or two. */
function narrowed(plan: ReadPlan | undefined): ReadPlan | undefined {
  const [first] = plan?.points ?? []
  return first && planReads([first])[0]
}

function readingOf(plan: ReadPlan, outcome: ModbusOutcome, again: boolean): PlanReading {
  const values: Record<string, number> = {}
  const quality: Record<string, BadQuality> = {}
  decodeInto(plan, outcome, values, quality)
  if (!outcome.ok) return { values, quality, answered: refused(outcome), failure: outcome, ...(again && { again }) }
  return { at: outcome.arrivedAt - outcome.wireMs, values, quality, answered: true, ...(again && { again }) }
}

/** Codes 10 and 11 come from a gateway on the way that did not reach the terminal [MODBUS 7]. */
const refused = ({ kind, code }: ModbusOutcome & { ok: false }): boolean =>
  kind === 'exception' && code !== 10 && code !== 11
