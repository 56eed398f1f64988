import type { IndicatorResult } from '@civitals/contracts/body'
import type { CauseChain } from '@civitals/contracts/causes'
import type { EpochMs } from '@civitals/contracts/clock'
import type { RegistryView } from '@civitals/contracts/registry'
import type { SeriesStore } from '@civitals/storage/series'
import { connected, type End, linksAround, type PlacedLink } from './chain.ts'
import { leadLag } from './lead-lag.ts'

export interface DiagnosisOptions {
  readonly series: Pick<SeriesStore, 'range'>
  readonly registry: RegistryView
}

/** Finds what led to an abnormal vital sign, on demand: a handful of short reads and some milliseconds of computing. */
export interface Diagnosis {
  /** One complaint; those of the last six hours are kept in memory, in any order: hand them over again after a restart. */
  recordComplaint(at: EpochMs): void
  /** The probable chain behind an indicator as it stands, read up to its newest value. */
  behind(result: IndicatorResult, now: EpochMs): Promise<CauseChain>
}

/** Steps looked at. */
const steps = 360
/** Lengths of a step, longest first: weather takes hours, a drill in fast motion minutes. */
const stepLengthsMs = [60_000, 5_000, 1_000]
/** How far back complaints matter: the steps of the longest stretch. */
export const complaintsKeptMs = 6 * 3_600_000

export const openDiagnosis = (options: DiagnosisOptions): Diagnosis => new Desk(options)

/** Links whose ends a step tells apart: where all fall into one step, a finer one must say what came first. */
const apart = (found: readonly Found[]): number => found.filter(({ lagMs }) => lagMs > 0).length

type Found = PlacedLink & Pick<CauseChain['links'][number], 'lagMs' | 'correlation' | 'z' | 'needed'>

class Desk implements Diagnosis {
  readonly #options: DiagnosisOptions
  #complaints: EpochMs[] = []

  constructor(options: DiagnosisOptions) {
    this.#options = options
  }

  recordComplaint(at: EpochMs): void {
    this.#complaints.push(at)
    if (this.#complaints.length % 100 === 0)
      this.#complaints = this.#complaints.filter((one) => one > at - complaintsKeptMs)
  }

  async behind(result: IndicatorResult, now: EpochMs): Promise<CauseChain> {
    const { worst } = result
    const at = Math.min(result.at ?? now, now)
    const subject = worst && this.#options.registry.terminal(worst.terminal)
    const placed = subject ? linksAround(subject, this.#options.registry) : []
    const answer = { indicator: result.id, at, tried: placed.length }
    if (!worst || !subject) return { ...answer, subject: null, links: [] }
    let chain: Found[] = []
    for (const stepMs of stepLengthsMs) {
      const found = connected(await this.#find(placed, at, stepMs), subject.kind)
      if (apart(found) > apart(chain) || chain.length === 0) chain = found
      if (apart(chain) > 1) break
    }
    const links = chain.map(({ cause, effect, lagMs, correlation, z, needed }) => ({
      ...{ cause, effect, lagMs, correlation, z, needed },
    }))
    return { ...answer, subject: { terminal: subject.id, point: worst.point }, links }
  }

  async #find(placed: readonly PlacedLink[], at: EpochMs, stepMs: number): Promise<Found[]> {
    const read = new Map<string, Promise<Float64Array | undefined>>()
    const stepsOf = (end: End): Promise<Float64Array | undefined> => {
      const key = `${end.terminal}/${end.point}`
      const values = read.get(key) ?? this.#steps(end, at, stepMs)
      read.set(key, values)
      return values
    }
    const found: Found[] = []
    for (const one of placed) {
      const [cause, effect] = [await stepsOf(one.cause), await stepsOf(one.effect)]
      if (!cause || !effect) continue
      const { sign, mostMinutes } = one.link
      const mostSteps = Math.min(mostMinutes, steps / 4)
      const answer = leadLag({ cause, effect, mostSteps, sign, counts: one.effect.terminal === null })
      if (answer) found.push({ ...one, ...answer, lagMs: answer.lag * stepMs })
    }
    return found
  }

  /** Means of the steps up to `at`; undefined when more than half of them are missing. */
  async #steps({ terminal, point }: End, at: EpochMs, stepMs: number): Promise<Float64Array | undefined> {
    const end = (Math.floor(at / stepMs) + 1) * stepMs
    const from = end - steps * stepMs
    const placeOf = (then: EpochMs): number => Math.floor((then - from) / stepMs)
    if (terminal === null) {
      const counts = new Float64Array(steps)
      for (const then of this.#complaints)
        if (then >= from && then < end) counts[placeOf(then)] = (counts[placeOf(then)] ?? 0) + 1
      return counts
    }
    const values = new Float64Array(steps).fill(Number.NaN)
    const rows = await this.#options.series.range({ terminal, point, from, to: end, everyMs: stepMs, limit: steps })
    for (const row of rows) if (row.value !== null) values[placeOf(row.at)] = row.value
    return joined(values)
  }
}

/** Holes bridged by straight lines, ends by the nearest value; undefined when more holes than values are found at the ends. */
function joined(values: Float64Array): Float64Array | undefined {
  const known = [...values.keys()].filter((k) => Number.isFinite(values[k]))
  const [first, last] = [known[0], known.at(-1)]
  if (first === undefined || last === undefined || last - first < values.length / 2) return undefined
  for (let place = 0; place + 1 < known.length; place++) {
    const [left, right] = [known[place] ?? 0, known[place + 1] ?? 0]
    const slope = ((values[right] ?? 0) - (values[left] ?? 0)) / (right - left)
    for (let k = left + 1; k < right; k++) values[k] = (values[left] ?? 0) + slope * (k - left)
  }
  values.fill(values[first] ?? 0, 0, first)
  values.fill(values[last] ?? 0, last + 1)
  return values
}
