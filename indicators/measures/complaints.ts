import { type Measure, noEvidence } from './evidence.ts'

const hourMs = 3_600_000

/**
 * The source counts as silent when nothing came for six hours and for twenty times the usual gap: then people are not content,
 * they are not heard.
 */
const isSilent = (lastAt: number | null, now: number, usualPerDay: number): boolean =>
  lastAt === null || now - lastAt > Math.max(6 * hourMs, (20 * 24 * hourMs) / usualPerDay)

/** Reports of the last 24 h against the median of the same 24 h of the weeks before. */
const complaintRatio: Measure = ({ counts, now }) => {
  const usual = counts.usualDay(now)
  if (usual === undefined || usual <= 0) return noEvidence('no-history')
  if (isSilent(counts.lastAt, now, usual)) return noEvidence('no-reports')
  const today = counts.day(now)
  return { value: today / usual, at: counts.lastAt, coverage: 1, uncertain: false, detail: { today, usual } }
}

export const complaintMeasures = { 'complaint-ratio': complaintRatio } as const satisfies Record<string, Measure>
