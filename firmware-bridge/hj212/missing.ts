import type { EpochMs } from '@civitals/contracts/clock'

/** A stretch of periods to ask for again: start of the first and start of the last. */
export interface MissingPeriods {
  readonly from: EpochMs
  readonly to: EpochMs
}

const minute = 60_000
/** MinInterval [HJ 212-2017 table 4], and the hour of CN 2061. */
const lengths: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60].map((count) => count * minute))

/** A day of the shortest periods: what is longer ago is left to the station's own memory. */
const mostMissing = 1440
/** A clock this far ahead is wrong; it must not make everything true look late. */
const mostAheadMs = 10 * minute
/** A request is made as often as the standard repeats one [HJ 212-2017 table 1], with time to answer. */
const mostTries = 3
const patienceMs = 60_000
/** How long after its end a period may still arrive by itself. */
const graceMs = 2 * minute

/** Which periods (minutes or hours) of one station have come, and which have not. */
export class MissingTrack {
  readonly #missing = new Set<EpochMs>()
  #length: number | undefined
  /** The length was said, not learned. */
  #fixed: boolean
  #last: EpochMs | undefined
  #tries = 0
  #askedAt: EpochMs | undefined

  /** `length`: of a period, where it is known beforehand; else the shortest step seen between two. */
  constructor(length?: number) {
    this.#length = length
    this.#fixed = length !== undefined
  }

  /** The station says how long its periods are. Anything the standard does not allow is ignored. */
  setLength(length: number): void {
    if (!lengths.has(length)) return
    this.#length = length
    this.#fixed = true
  }

  /** The period that begins `at` has come. True when it is no news: later ones have come before. */
  heard(at: EpochMs, now: EpochMs): boolean {
    if (this.#missing.delete(at)) this.#tries = 0
    const last = this.#last
    if (at > now + mostAheadMs) return false
    if (last !== undefined && at <= last) return at < last
    if (last !== undefined) this.#passed(last, at)
    this.#last = at
    return false
  }

  #passed(last: EpochMs, at: EpochMs): void {
    const step = at - last
    const shorter = !this.#fixed && step < (this.#length ?? Number.POSITIVE_INFINITY)
    if (shorter && lengths.has(step)) {
      this.#length = step
      this.#missing.clear()
    }
    this.#miss(last, at)
  }

  #miss(last: EpochMs, next: EpochMs): void {
    const length = this.#length
    if (length === undefined) return
    for (let at = Math.max(last + length, next - mostMissing * length); at < next; at += length) this.#missing.add(at)
    for (const at of this.#missing) {
      if (this.#missing.size <= mostMissing) break
      this.#missing.delete(at)
    }
  }

  /** What to ask for now; undefined: nothing, or an answer is still awaited. */
  ask(now: EpochMs): MissingPeriods | undefined {
    this.#overdue(now)
    if (this.#missing.size === 0 || this.#length === undefined) return undefined
    if (this.#askedAt !== undefined && now - this.#askedAt < patienceMs) return undefined
    const [from, to] = firstRun(this.#missing, this.#length)
    if (this.#tries >= mostTries) {
      this.#forget(from, to)
      return this.ask(now)
    }
    this.#tries++
    this.#askedAt = now
    return { from, to }
  }

  /** Periods that should have come by now are missing, although no later one has. */
  #overdue(now: EpochMs): void {
    const [length, last] = [this.#length, this.#last]
    if (length === undefined || last === undefined) return
    const next = last + Math.floor((now - graceMs - last) / length) * length
    // A first period late is waited for; two are not chance.
    if (next - last < 3 * length) return
    this.#miss(last, next)
    this.#last = next - length
  }

  /** The station has done what was asked, as far as it can. */
  answered(): void {
    this.#askedAt = undefined
  }

  /** What was asked was lost on its way: it may be asked again at once, and as often as before. */
  interrupted(): void {
    if (this.#askedAt === undefined) return
    this.#askedAt = undefined
    this.#tries = Math.max(0, this.#tries - 1)
  }

  /** The station has none of it, or will not: it is not asked again for the oldest stretch. */
  refused(): void {
    this.#askedAt = undefined
    if (this.#missing.size === 0 || this.#length === undefined) return
    const [from, to] = firstRun(this.#missing, this.#length)
    this.#forget(from, to)
  }

  #forget(from: EpochMs, to: EpochMs): void {
    for (const at of this.#missing) if (at >= from && at <= to) this.#missing.delete(at)
    this.#tries = 0
  }
}

/** The oldest stretch without a hole. */
function firstRun(missing: ReadonlySet<EpochMs>, length: number): [from: EpochMs, to: EpochMs] {
  const from = Math.min(...missing)
  let to = from
  while (missing.has(to + length)) to += length
  return [from, to]
}
