import type { Envelope, Sample } from '@civitals/contracts/envelope'

/** Event time of the first sample of tests. */
export const startAt: number = Date.UTC(2026, 5, 12, 8, 0, 0)

export const sampleOf = (terminal: string, at: number, values: Record<string, unknown>): Sample => ({
  terminal,
  at,
  clock: 'synced',
  values,
})

/** An envelope of one sample of t1 with one good depth, its time one second a seq. */
export const envelopeOf = (seq: number, change: Partial<Envelope> = {}): Envelope => ({
  spool: 'p1',
  seq,
  config: 'c',
  samples: [sampleOf('t1', startAt + seq * 1_000, { depth: seq % 100 })],
  ...change,
})
