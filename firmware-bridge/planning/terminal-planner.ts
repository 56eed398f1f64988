import type { ModbusOutcome } from '../modbus/line.ts'
import type { ModbusPoint } from '../profile.ts'
import { Barriers } from './barriers.ts'
import { type LineCost, wireMs } from './cost.ts'
import { planReads, type ReadLimits, type ReadPlan } from './plan-reads.ts'

export interface PlannerOptions {
  readonly line: LineCost
  readonly limits?: ReadLimits
  /** Turnaround expected before one was measured, ms. Default 10: 5 to 45 are usual. */
  readonly turnaroundMs?: number
}

const usualTurnaroundMs = 10
/** Weight of the newest turnaround in the mean. */
const learningRate = 1 / 8
/** Plans are made anew when the turnaround has moved by a fifth: a smaller step hardly ever moves a cut. */
const worthReplanning = 0.2
/** Refusals that say something of addresses: illegal data address, illegal data value [MODBUS 7]. */
const addressRefusals: ReadonlySet<number | undefined> = new Set([2, 3])

/**
 * What is known of how one terminal wants to be read. Its turnaround is measured with every answer, so that the gap worth bridging
 * follows the terminal; a refused read is cut until the hole is found, once, and remembered.
 */
export class TerminalPlanner {
  readonly #line: LineCost
  readonly #limits: ReadLimits
  readonly #barriers = new Barriers()
  readonly #plans = new Map<string, readonly ReadPlan[]>()
  #turnaroundMs: number
  #plannedWithMs: number

  constructor({ line, limits = {}, turnaroundMs = usualTurnaroundMs }: PlannerOptions) {
    this.#line = line
    this.#limits = limits
    this.#turnaroundMs = turnaroundMs
    this.#plannedWithMs = turnaroundMs
  }

  /** Mean time from request to reply beside what the wire takes, ms. */
  get turnaroundMs(): number {
    return this.#turnaroundMs
  }

  /** The cheapest reads that bring `points`; the same object until something was learned. */
  plansFor(points: readonly ModbusPoint[]): readonly ReadPlan[] {
    const key = points.map((point) => point.id).join()
    const known = this.#plans.get(key)
    if (known) return known
    const cost = { ...this.#line, turnaroundMs: this.#plannedWithMs }
    const plans = planReads(points, cost, {
      ...this.#limits,
      barriers: [...(this.#limits.barriers ?? []), ...this.#barriers.all],
    })
    this.#plans.set(key, plans)
    return plans
  }

  /**
   * Tells what came of a read and, where known, how long it took from its first byte sent to its last received. 'again': it was
   * refused for its addresses and is cut now; ask for its points once more.
   */
  learn(plan: ReadPlan, outcome: ModbusOutcome, elapsedMs?: number): 'again' | undefined {
    if (outcome.ok && elapsedMs !== undefined) this.#measured(plan, elapsedMs)
    if (!outcome.ok && (outcome.kind !== 'exception' || !addressRefusals.has(outcome.code))) return undefined
    const before = this.#barriers.all
    const again = this.#barriers.seen(plan, outcome.ok)
    if (this.#barriers.all.length !== before.length || again) this.#plans.clear()
    return again ? 'again' : undefined
  }

  #measured(plan: ReadPlan, elapsedMs: number): void {
    const turnaround = elapsedMs - wireMs(this.#line, plan.function, plan.count) - 2 * this.#line.gapMs
    this.#turnaroundMs += (Math.max(0, turnaround) - this.#turnaroundMs) * learningRate
    // Less than two registers' worth of time moves no cut; behind a socket, where a register costs none, nothing does.
    const { characterMs } = this.#line
    const moved = Math.abs(this.#turnaroundMs - this.#plannedWithMs)
    if (characterMs === 0 || moved <= Math.max(worthReplanning * this.#plannedWithMs, 4 * characterMs)) return
    this.#plannedWithMs = this.#turnaroundMs
    this.#plans.clear()
  }
}
