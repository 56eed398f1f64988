import { LevelDetector } from '../level-detector.ts'
import { commonOf, type Habitual } from './company.ts'
import type { Judged } from './habits.ts'
import type { LevelShift, NewestHour, SeriesMemory } from './store.ts'

const hourMs = 3_600_000

/** The detector of one series with what it said last. */
export class Watched {
  readonly series: Habitual
  readonly #detector: LevelDetector
  #next: number
  #newest: NewestHour | null
  /** The shift that goes on. */
  #open: LevelShift | undefined

  constructor(series: Habitual, next: number, memory?: SeriesMemory, open?: LevelShift) {
    this.series = series
    this.#detector = new LevelDetector(series.resolution, memory?.level)
    this.#next = memory?.next ?? next
    this.#newest = memory?.newest ?? null
    this.#open = open
  }

  /** First hour not yet judged, counted since 1970. */
  get next(): number {
    return this.#next
  }

  get newest(): NewestHour | null {
    return this.#newest
  }

  get open(): LevelShift | undefined {
    return this.#open
  }

  get learns(): boolean {
    return this.#detector.learns
  }

  get memory(): SeriesMemory {
    return { next: this.#next, level: this.#detector.state, newest: this.#newest }
  }

  /** One hour that holds a value; hours come in order. Shifts that end or go on are handed to `tell`. */
  take(hour: number, newest: NewestHour, tell: (shift: LevelShift) => void): void {
    this.#next = hour + 1
    this.#newest = newest
    if (!newest.usual) return
    const residual = newest.value - newest.usual.value - newest.neighboursOff
    this.#detector.take(hour * hourMs, residual, newest.usual.sigma, ({ from, to }) => this.#end(from, to, tell))
    const { open, centre } = this.#detector.state
    if (!open) return
    const { terminal, point, unit } = this.series
    const foundAt = this.#open?.from === open.from ? this.#open.foundAt : (hour + 1) * hourMs
    this.#open = { terminal, point, unit, ...open, open: true, foundAt, off: residual - centre }
    tell(this.#open)
  }

  /** No more hours before this one will come. */
  pass(next: number): void {
    this.#next = Math.max(this.#next, next)
  }

  #end(from: number, to: number, tell: (shift: LevelShift) => void): void {
    if (this.#open?.from === from) tell({ ...this.#open, to, open: false })
    this.#open = undefined
  }
}

/** A member of a company with its hours. */
export interface Member {
  readonly watched: Watched
  readonly judged: Judged
}

/** Judges the hours up to `to` of all members, hour by hour, each beside the others; O(n log n) an hour. */
export function judgeCompany(members: readonly Member[], to: number, tell: (shift: LevelShift) => void): void {
  const first = Math.min(...members.map(({ judged }) => judged.from))
  for (let hour = first; hour < to; hour++) {
    const offs = Float64Array.from(members, ({ judged: { from, values, medians } }) => {
      const off = (values[hour - from] ?? Number.NaN) - (medians[hour - from] ?? Number.NaN)
      return off
    })
    const common = commonOf(offs)
    for (const [k, { watched, judged }] of members.entries()) {
      const newest = newestOf(judged, hour, common[k] ?? 0)
      if (newest && hour >= watched.next) watched.take(hour, newest, tell)
    }
  }
  for (const { watched } of members) watched.pass(to)
}

function newestOf(
  { from, values, medians, sigmas }: Judged,
  hour: number,
  neighboursOff: number,
): NewestHour | undefined {
  const [value, median, sigma] = [values, medians, sigmas].map((one) => one[hour - from] ?? Number.NaN)
  if (value === undefined || !Number.isFinite(value)) return undefined
  const known = median !== undefined && sigma !== undefined && Number.isFinite(median)
  return { value, usual: known ? { value: median, sigma } : null, neighboursOff }
}
