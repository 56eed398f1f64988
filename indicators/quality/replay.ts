import type { EpochMs } from '@civitals/contracts/clock'
import type { Quality } from '@civitals/contracts/quality'
import type { Flag, TestBits } from './flags.ts'
import type { PointLimits } from './limits.ts'
import { SeriesCheck } from './series-check.ts'

/** A stored value, as it was sent. */
export interface RawReading {
  readonly at: EpochMs
  readonly value: number | null
  readonly quality: Quality
}

/** A reading with its flag beside it. */
export interface Flagged extends RawReading {
  readonly flag: Flag
  readonly tests: TestBits
}

/**
 * Flags of stored readings, by making the same tests again over the raw values, oldest first. Tests that look at other series or at
 * the time of arrival are not made: the store holds neither.
 */
export function replayFlags(readings: Iterable<RawReading>, limits: PointLimits, reportEveryMs: number): Flagged[] {
  const check = new SeriesCheck(limits, reportEveryMs)
  const raw = new Map<EpochMs, RawReading>()
  const flagged: Flagged[] = []
  const keep = (at: EpochMs, _value: number, flag: Flag, tests: TestBits): void => {
    const reading = raw.get(at)
    if (reading) flagged.push({ ...reading, flag, tests })
    raw.delete(at)
  }
  for (const reading of readings) {
    raw.set(reading.at, reading)
    check.take(reading.at, reading.value, reading.quality, keep)
  }
  check.flush(keep)
  return flagged
}
