import type { EpochMs } from '@civitals/contracts/clock'
import { durationMs } from '@civitals/contracts/duration'
import type { BadQuality } from '@civitals/firmware-bridge/driver'
import type { KeptClass, Profile, ProfilePoint } from '@civitals/firmware-bridge/profile'
import { type ReadingClass, readingClasses } from '../spool/spool.ts'
import type { EdgeLimits } from './edge-alarm.ts'
import { type PointPolicy, PointWatch } from './point-watch.ts'

/** What one transaction or one pushed frame says of a terminal. A point in both records has a value of that quality. */
export interface TakenReading {
  /** When the terminal had these values; undefined when nothing was answered. */
  readonly at?: EpochMs
  readonly values: Readonly<Record<string, number>>
  readonly quality: Readonly<Record<string, BadQuality>>
  /** Told later: it is kept whole and says nothing of how things stand now. */
  readonly history?: boolean
}

/** What of a reading is worth a sample. */
export interface PollReport {
  readonly at: EpochMs
  readonly values: Readonly<Record<string, number>>
  readonly quality: Readonly<Record<string, BadQuality>>
  /** Alarm: an edge alarm was crossed, or an alarm-class point has news, and it must not wait for company. Else the highest of its points. */
  readonly class: ReadingClass
}

/** What a gateway's configuration says of a point beyond its profile. */
export interface PointOverride {
  readonly reportEvery?: string
  readonly deadband?: number
  readonly keep?: KeptClass
}

export interface ReportOptions {
  /** `onChange`: a value within the deadband of the last one told waits for its heartbeat; `every`: each poll is told. */
  readonly report: 'every' | 'onChange'
  readonly points?: Readonly<Record<string, PointOverride>>
}

/**
 * Turns what is read of one terminal into reports. A missing value is told when that is news and then once per heartbeat
 * (`reportEvery`), so that a dead terminal does not fill the link; a change of quality always is.
 */
export class TerminalReporter {
  readonly #onChange: boolean
  readonly #watches: ReadonlyMap<string, PointWatch>

  constructor(profile: Profile, { report, points = {} }: ReportOptions) {
    this.#onChange = report === 'onChange'
    this.#watches = new Map(
      profile.points.map((point) => [point.id, new PointWatch(policyOf(point, profile, points[point.id]))]),
    )
  }

  /** `now`: wall time for a sample nothing arrived for; `mono`: when it was read, for rates and heartbeats. Undefined: nothing to say. */
  report(reading: TakenReading, now: EpochMs, mono: number): PollReport | undefined {
    if (reading.history) return this.#history(reading, now)
    const quality: Record<string, BadQuality> = {}
    const values: Record<string, number> = {}
    let told = 0
    let rank = 0
    for (const point in reading.values) {
      const value = reading.values[point]
      const watch = this.#watches.get(point)
      if (value === undefined || !watch) continue
      watch.value(value, reading.quality[point], mono)
      if (this.#onChange && !watch.news) continue
      values[point] = value
      told++
      if (watch.quality) quality[point] = watch.quality
      if (watch.rank > rank) rank = watch.rank
    }
    for (const point in reading.quality) {
      const why = reading.quality[point]
      const watch = this.#watches.get(point)
      if (why === undefined || !watch || reading.values[point] !== undefined) continue
      watch.missing(why, mono)
      if (!watch.news) continue
      quality[point] = why
      told++
      if (watch.rank > rank) rank = watch.rank
    }
    return told === 0 ? undefined : { at: reading.at ?? now, values, quality, class: classOfRank(rank) }
  }

  #history(reading: TakenReading, now: EpochMs): PollReport | undefined {
    const known = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
      Object.fromEntries(Object.entries(record).filter(([point]) => this.#watches.has(point)))
    const values = known(reading.values)
    const quality = known(reading.quality)
    const points = [...Object.keys(values), ...Object.keys(quality)]
    if (points.length === 0) return undefined
    const rank = Math.max(...points.map((point) => this.#watches.get(point)?.keptRank ?? 0))
    return { at: reading.at ?? now, values, quality, class: classOfRank(rank) }
  }
}

const classOfRank = (rank: number): ReadingClass => readingClasses[rank] ?? 'alarm'

interface Watched {
  readonly deadband?: number
  readonly maxRate?: number
  readonly edgeAlarm?: EdgeLimits
  readonly keep?: KeptClass
}

function policyOf(point: ProfilePoint & Watched, profile: Profile, override: PointOverride = {}): PointPolicy {
  return {
    alarm: point.class === 'alarm',
    keep: override.keep ?? point.keep ?? 'telemetry',
    deadband: override.deadband ?? point.deadband ?? 0,
    heartbeatMs: durationMs(override.reportEvery ?? profile.reportEvery),
    ...(point.maxRate !== undefined && { maxRate: point.maxRate }),
    ...(point.edgeAlarm && { edge: point.edgeAlarm }),
  }
}
