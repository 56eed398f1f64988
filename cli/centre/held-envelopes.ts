import type { SpoolEnvelopes } from '@civitals/contracts/settlement'
import type { SeriesStore } from '@civitals/storage/series'
import { historySpool } from '../demo/history.ts'

/** Envelopes gateways sent that a store holds, where it can tell: the past of a demonstration was never sent. */
export const heldEnvelopes = async (series: SeriesStore): Promise<readonly SpoolEnvelopes[]> =>
  ((await series.envelopes?.()) ?? []).filter(({ spool }) => spool !== historySpool)
