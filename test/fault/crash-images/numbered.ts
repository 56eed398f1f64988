import type { Envelope } from '@civitals/contracts/envelope'

export const spool = 'p1'
const samplesPerEnvelope = 60
const startAt = Date.UTC(2026, 5, 12, 8)

/** Event times of one envelope: a second each, so that a hundred envelopes are a hundred minutes. */
export const timesOf = (seq: number): number[] =>
  Array.from({ length: samplesPerEnvelope }, (_, place) => startAt + (seq * samplesPerEnvelope + place) * 1000)

/** Readings of t1 that say by themselves which envelope they came in. */
export const numberedEnvelope = (seq: number): Envelope => ({
  ...{ spool, seq, config: 'c' },
  samples: timesOf(seq).map((at) => ({ terminal: 't1', at, clock: 'synced', values: { depth: seq % 200, flow: seq } })),
})
