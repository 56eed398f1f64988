import { type Measure, noEvidence } from './evidence.ts'

/** Usual reports a day from which none at all within a day means that the source is silent, not that people are content. */
const silentFrom = 10

/** Reports of the last 24 h against the median of the same 24 h of the weeks before. */
const complaintRatio: Measure = ({ counts, now }) => {
  const usual = counts.usualDay(now)
  if (usual === undefined || usual <= 0) return noEvidence('no-history')
  const today = counts.day(now)
  if (today === 0 && usual >= silentFrom) return noEvidence('no-reports')
  return { value: today / usual, at: counts.lastAt, coverage: 1, uncertain: false, detail: { today, usual } }
}

export const complaintMeasures = { 'complaint-ratio': complaintRatio } as const satisfies Record<string, Measure>
