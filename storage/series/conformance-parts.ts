// What the cases of the conformance suite are made of.
import type { Quality } from '@civitals/contracts/quality'
import type { Reading } from '@civitals/contracts/reading'
import type { SettledEnvelope } from '@civitals/contracts/settlement'
import type { Test } from 'tap'
import type { SeriesStore } from './port.ts'

/** A place that keeps what its stores write: opening again finds it. */
export interface SeriesPlace {
  open(): Promise<SeriesStore>
}

export type Case = (t: Test, store: SeriesStore, place: SeriesPlace) => Promise<void>

export const noon = Date.UTC(2026, 5, 12, 12, 0, 0)

export const reading = (
  terminal: string,
  point: string,
  at: number,
  value: number | null,
  quality: Quality = 'good',
): Reading => ({ terminal, point, at, value, quality })

let nextSeq = 1
export const envelope = (readings: readonly Reading[], seq = nextSeq++): SettledEnvelope => ({
  gateway: 'gw-1',
  spool: 'spool-a',
  seq,
  readings,
})
export const batch = (...envelopes: SettledEnvelope[]) => ({ envelopes, receivedAt: noon })
export const write = (store: SeriesStore, ...readings: Reading[]) => store.write(batch(envelope(readings)))

export const raw = (store: SeriesStore, terminal: string, point: string, from = noon - 1e9, to = noon + 1e9) =>
  store.range({ terminal, point, from, to })
