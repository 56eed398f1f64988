export const sections = ['configuration', 'gateway', 'clock', 'disk', 'spool', 'lines', 'link', 'broker'] as const
export type Section = (typeof sections)[number]
export type Verdict = 'ok' | 'warning' | 'failure'

/** One line of the doctor's report. */
export interface Finding {
  readonly section: Section
  readonly verdict: Verdict
  /** What was seen, with figures and units. */
  readonly seen: string
  /** What to do about it; absent when it is ok. */
  readonly next?: string
}

/** Makes the findings of one section. */
export const findingsOf = (section: Section) => ({
  ok: (seen: string): Finding => ({ section, verdict: 'ok', seen }),
  warning: (seen: string, next: string): Finding => ({ section, verdict: 'warning', seen, next }),
  failure: (seen: string, next: string): Finding => ({ section, verdict: 'failure', seen, next }),
})

/** The worst of all. */
export function verdictOf(findings: readonly Finding[]): Verdict {
  const has = (verdict: Verdict): boolean => findings.some((finding) => finding.verdict === verdict)
  return has('failure') ? 'failure' : has('warning') ? 'warning' : 'ok'
}
