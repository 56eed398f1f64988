import type { SettledEnvelope } from '@civitals/contracts/settlement'

export const envelopesPerBatch = 40
/** One reading per terminal in every envelope. */
export const terminals = 50

/** Event time of envelope 0. */
export const startAt = Date.UTC(2026, 5, 12)

/** An envelope whose readings say its number, by value and by time: what is stored tells which envelopes are there. */
export const numberedEnvelope = (seq: number): SettledEnvelope => ({
  gateway: 'gw-1',
  spool: 'spool-a',
  seq,
  readings: Array.from({ length: terminals }, (_, terminal) => ({
    terminal: `air-${terminal}`,
    point: 'pm25',
    at: startAt + seq,
    value: seq,
    quality: 'good',
  })),
})
