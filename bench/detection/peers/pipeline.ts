// What a series goes through in the centre, from readings as they arrive to what looks odd about them.
import type { AnomalyKind } from '@civitals/contracts/anomaly'
import { LevelDetector } from '../../../indicators/anomaly/level-detector.ts'
import { ReadingDetector } from '../../../indicators/anomaly/reading-detector.ts'
import type { HourHistory } from '../../../indicators/baseline/hour-history.ts'
import { ClockCheck } from '../../../indicators/quality/clock-check.ts'
import { type QualityTest, testsOf } from '../../../indicators/quality/flags.ts'
import type { PointLimits } from '../../../indicators/quality/limits.ts'
import { SeriesCheck } from '../../../indicators/quality/series-check.ts'

const hourMs = 3_600_000
/** Admission takes no reading from the future. */
const aheadMs = 2 * 60_000

/** A reading with the time it came. */
export interface Arrived {
  readonly at: number
  readonly arrived: number
  readonly value: number
}

/** One thing said of a series. */
export interface Said {
  readonly kind: AnomalyKind | QualityTest
  readonly from: number
  readonly to: number
}

export interface Subject {
  readonly everyMs: number
  readonly resolution: number
  readonly limits: PointLimits
  /** Taught by the weeks before. */
  readonly history: HourHistory
  readonly weeks: number
  /** What the neighbours are off by in an hour, if there are enough of them. */
  readonly common: (hour: number) => number
}

/** Hourly means of what did not fail, and everything the reading-wise tests said. */
export function readingWise(readings: readonly Arrived[], subject: Subject, said: Said[]): Map<number, number> {
  const { everyMs, limits } = subject
  const check = new SeriesCheck(limits, everyMs)
  const clock = new ClockCheck(everyMs)
  const detector = new ReadingDetector({
    everyMs,
    resolution: subject.resolution,
    ...(limits.flat?.stillBelow === undefined ? {} : { stillBelow: limits.flat.stillBelow }),
  })
  const sums = new Map<number, { sum: number; count: number }>()
  const keep = (one: Said): void => void said.push(one)
  const verdict = (at: number, value: number, flag: number, tests: number): void => {
    for (const kind of testsOf(tests)) keep({ kind, from: at, to: at })
    if (flag === 4 || flag === 9 || !Number.isFinite(value)) return
    const hour = Math.floor(at / hourMs)
    const kept = sums.get(hour) ?? { sum: 0, count: 0 }
    sums.set(hour, { sum: kept.sum + value, count: kept.count + 1 })
  }
  for (const { at, arrived, value } of readings) {
    if (clock.take(arrived, at)) keep({ kind: 'time', from: arrived, to: arrived })
    if (at > arrived + aheadMs) continue
    check.take(at, value, 'good', verdict)
    detector.take(at, value, keep)
  }
  check.flush(verdict)
  detector.open(keep)
  const owed = Math.max(1, hourMs / everyMs)
  return new Map(
    [...sums].filter(([, { count }]) => count >= owed / 2).map(([hour, { sum, count }]) => [hour, sum / count]),
  )
}

/** Hourly residuals against what is usual; hours without a baseline are left out. The history learns as it goes. */
export function residuals(
  means: ReadonlyMap<number, number>,
  subject: Pick<Subject, 'history' | 'weeks'>,
): Map<number, number> {
  const found = new Map<number, number>()
  for (const [hour, mean] of [...means].sort(([a], [b]) => a - b)) {
    const usual = subject.history.usualHour(hour * hourMs, subject.weeks)
    if (usual) found.set(hour, mean - usual.median)
    subject.history.add(hour * hourMs, mean)
  }
  return found
}

/** Everything that is said of one series. */
export function sayAll(readings: readonly Arrived[], subject: Subject): Said[] {
  const said: Said[] = []
  const means = readingWise(readings, subject, said)
  const level = new LevelDetector(subject.resolution)
  const keep = (one: Said): void => void said.push(one)
  for (const [hour, mean] of [...means].sort(([a], [b]) => a - b)) {
    const usual = subject.history.usualHour(hour * hourMs, subject.weeks)
    if (usual) level.take(hour * hourMs, mean - usual.median - subject.common(hour), usual.sigma, keep)
    // An hour within a shift teaches the baseline nothing.
    if (!level.isOpen) subject.history.add(hour * hourMs, mean)
  }
  level.open(keep)
  return said
}
