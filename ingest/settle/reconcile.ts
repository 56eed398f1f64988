import type { EpochMs } from '@civitals/contracts/clock'
import type { HourCheck } from '@civitals/contracts/ledger'
import type { SeriesDigest } from '@civitals/storage/series'
import type { SettledDigest } from '../ledger/digest.ts'

/** Sums of the same values in another order may differ by so much of their magnitude. */
const tolerance = 1e-11

type Totals = Pick<SettledDigest, 'values' | 'marked' | 'sum' | 'magnitude'>

/**
 * Compares what was settled in one hour with what the store holds, gateway by gateway. `before`: what the last comparison said;
 * resends already asked for are carried on. Pure.
 */
export function compareHour(
  settled: readonly SettledDigest[],
  stored: readonly SeriesDigest[],
  gatewayOf: (terminal: string) => string | undefined,
  before: readonly HourCheck[],
  now: EpochMs,
): readonly HourCheck[] {
  const held = new Map<string, Omit<Totals, 'magnitude'>>()
  for (const { terminal, values, marked, sum } of stored) {
    const gateway = gatewayOf(terminal)
    if (gateway === undefined) continue
    const so = held.get(gateway) ?? { values: 0, marked: 0, sum: 0 }
    held.set(gateway, { values: so.values + values, marked: so.marked + marked, sum: so.sum + sum })
  }
  return [...Map.groupBy(settled, ({ gateway }) => gateway)].map(([gateway, spools]) => {
    const [{ hour }] = spools as [SettledDigest]
    const ours = spools.reduce(add)
    const theirs = held.get(gateway) ?? { values: 0, marked: 0, sum: 0 }
    const resends = before.find((check) => check.gateway === gateway)?.resends ?? 0
    const settledReadings = ours.values + ours.marked
    const storedReadings = theirs.values + theirs.marked
    const verdict = verdictOf(ours, theirs)
    return {
      gateway,
      hour,
      verdict,
      settled: settledReadings,
      stored: storedReadings,
      resends: verdict === 'equal' ? 0 : resends,
      checkedAt: now,
    }
  })
}

function verdictOf(ours: Totals, theirs: Omit<Totals, 'magnitude'>): HourCheck['verdict'] {
  if (theirs.values < ours.values || theirs.marked < ours.marked) return 'missing'
  if (theirs.values > ours.values || theirs.marked > ours.marked) return 'surplus'
  return Math.abs(theirs.sum - ours.sum) > ours.magnitude * tolerance ? 'different' : 'equal'
}

const add = (one: SettledDigest, other: SettledDigest): SettledDigest => ({
  ...one,
  values: one.values + other.values,
  marked: one.marked + other.marked,
  sum: one.sum + other.sum,
  magnitude: one.magnitude + other.magnitude,
})
