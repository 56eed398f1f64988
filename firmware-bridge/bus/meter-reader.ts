import { blockOf } from '../dlt645/elements.ts'
import type { BadQuality } from '../driver.ts'
import { elementValues } from '../element-values.ts'
import type { ElementData } from '../frames/elements.ts'
import type { ElementPoint, ElementProfile } from '../profile.ts'
import type { PlannedRead, PlanReading, TerminalReader } from '../terminal-reader.ts'
import type { Outcome } from '../wire/line.ts'
import type { MeterLine, MeterRequest } from './line.ts'

/** One question to a meter and the points its answer brings. */
export interface MeterPlan extends PlannedRead {
  readonly points: readonly ElementPoint[]
  readonly identifier: string
  readonly format?: string
  /** The identifier is a block that nobody named: its parts can be asked for one by one. */
  readonly block: boolean
}

export interface MeterReaderParts {
  readonly line: MeterLine
  /** As printed on the meter. */
  readonly meter: string
  /** Of DL/T 645 or CJ/T 188. */
  readonly profile: ElementProfile
}

/** A block that a meter leaves unanswered so often, while it answers others, is taken for one it does not know. */
const mostSilent = 2

/** Reads one DL/T 645 or CJ/T 188 meter: one question for all points that one answer brings, in blocks as far as the meter knows them. */
export class MeterReader implements TerminalReader<MeterPlan> {
  readonly pauseMs: number
  readonly #parts: MeterReaderParts
  readonly #refused = new Set<string>()
  readonly #silent = new Map<string, number>()
  #probe: MeterPlan | undefined
  #answered = false
  #turnaroundMs: number | undefined

  constructor(parts: MeterReaderParts) {
    this.#parts = parts
    this.pauseMs = parts.profile.quirks?.pauseMs ?? 0
  }

  plansFor(points: readonly ElementPoint[]): readonly MeterPlan[] {
    const plans = new Map<string, { -readonly [K in keyof MeterPlan]: MeterPlan[K] } & { points: ElementPoint[] }>()
    const crowd = this.#crowdedBlocks(points)
    for (const point of points) {
      const own = identifierOf(point)
      const block = blockFor(point)
      const asBlock = block !== undefined && crowd.has(block)
      const identifier = asBlock ? block : own
      const { format } = point.read
      const key = asBlock ? identifier : `${identifier} ${format ?? ''}`
      const plan = plans.get(key)
      if (plan) plan.points.push(point)
      else plans.set(key, { points: [point], identifier, block: asBlock, ...(format !== undefined && { format }) })
    }
    return [...plans.values()]
  }

  /** Blocks worth asking for: two of their parts are wanted, and the meter has not said that it does not know them. */
  #crowdedBlocks(points: readonly ElementPoint[]): ReadonlySet<string> {
    const parts = new Map<string, Set<string>>()
    for (const point of points) {
      const block = this.#parts.profile.protocol === 'dlt645' ? blockFor(point) : undefined
      if (block === undefined || this.#refused.has(block)) continue
      parts.set(block, (parts.get(block) ?? new Set()).add(identifierOf(point)))
    }
    return new Set([...parts].filter(([, wanted]) => wanted.size > 1).map(([block]) => block))
  }

  probe(): MeterPlan | undefined {
    if (this.#probe) return this.#probe
    const [first] = this.#parts.profile.points.filter((point) => point.class !== 'identity')
    return first && this.plansFor([first])[0]
  }

  get learned(): { readonly turnaroundMs?: number } {
    const ms = this.#turnaroundMs
    return ms === undefined ? {} : { turnaroundMs: Math.round(ms * 10) / 10 }
  }

  async read(plan: MeterPlan, signal?: AbortSignal): Promise<PlanReading> {
    const outcome = await this.#ask(plan, signal)
    const again = this.#learn(plan, outcome)
    const answered = outcome.ok || outcome.kind === 'exception'
    if (outcome.ok) return { ...readingOf(plan, outcome), at: outcome.arrivedAt - outcome.wireMs, answered }
    const why: BadQuality = outcome.kind === 'exception' ? 'device_exception' : 'comm_fail'
    const quality = Object.fromEntries(plan.points.map(({ id }) => [id, why] as const))
    return { values: {}, quality, answered, failure: outcome, ...(again && { again }) }
  }

  /** An answer that is longer than a frame is asked for to its end; its values are as old as its beginning. */
  async #ask(plan: MeterPlan, signal?: AbortSignal): Promise<Outcome<ElementData>> {
    const { line } = this.#parts
    const first = await line.transact(this.#request(plan), signal)
    let outcome = first
    while (outcome.ok && outcome.more !== undefined)
      outcome = await line.transact(this.#request(plan, outcome.more), signal)
    return outcome.ok && first.ok ? { ...outcome, arrivedAt: first.arrivedAt, wireMs: first.wireMs } : outcome
  }

  #request({ identifier, format }: MeterPlan, follow?: number): MeterRequest {
    const { meter, profile } = this.#parts
    if (profile.protocol !== 'cjt188') {
      const extra = { ...(format !== undefined && { format }), ...(follow !== undefined && { follow }) }
      return { protocol: 'dlt645', meter, identifier, ...extra }
    }
    const { type = anyType, swapped } = profile.meter ?? {}
    return {
      ...{ protocol: 'cjt188', meter, identifier },
      type: Number.parseInt(type, 16),
      ...(swapped !== undefined && { swapped }),
    }
  }

  #measure(ms: number | undefined): void {
    if (ms === undefined) return
    this.#turnaroundMs = this.#turnaroundMs === undefined ? ms : this.#turnaroundMs + (ms - this.#turnaroundMs) / 10
  }

  /** True when the plan was at fault: its parts are asked for one by one from now on. */
  #learn(plan: MeterPlan, outcome: Outcome<ElementData>): boolean {
    const { identifier, block } = plan
    if (outcome.ok || outcome.kind === 'exception') this.#answered = true
    if (outcome.ok) {
      this.#measure(outcome.turnaroundMs)
      this.#silent.set(identifier, 0)
      const [point] = plan.points
      if (point && !this.#probe) this.#probe = this.plansFor([point])[0]
      return false
    }
    if (!block) return false
    const known = this.#silent.get(identifier) === 0
    if (outcome.kind === 'timeout' && this.#answered && !known)
      this.#silent.set(identifier, (this.#silent.get(identifier) ?? 0) + 1)
    if (outcome.kind !== 'exception' && (this.#silent.get(identifier) ?? 0) < mostSilent) return false
    this.#refused.add(identifier)
    return true
  }
}

const anyType = 'AA'

/** 02010100 of 02010100, 901F of 901F.total. */
const identifierOf = ({ read }: ElementPoint): string => read.element.split('.', 1)[0] ?? read.element

/** A point of a format of its own, or of a part named by a word, is not one of those a block brings under their identifiers. */
const blockFor = ({ read }: ElementPoint): string | undefined =>
  read.format === undefined && !read.element.includes('.') ? blockOf(read.element) : undefined

function readingOf(
  { points }: MeterPlan,
  { elements, texts = {} }: ElementData,
): Pick<PlanReading, 'values' | 'quality'> {
  const reading = elementValues({ points }, elements)
  for (const point of points) if (!(point.read.element in elements)) reading.quality[point.id] = absent(point, texts)
  return reading
}

/** The meter says it has no such phase or rate; or what it sent is not what the identifier says. */
const absent = (point: ElementPoint, texts: Readonly<Record<string, string>>): BadQuality =>
  point.read.element in texts || identifierOf(point) in texts ? 'device_exception' : 'stale'
