import type { Reading } from '@civitals/contracts/reading'
import type { Terminal } from '@civitals/contracts/registry'
import type { SettledEnvelope } from '@civitals/contracts/settlement'

/** A sample as the simulator's history gives it. */
export interface HistorySample {
  readonly terminal: string
  readonly at: number
  readonly values: Readonly<Record<string, number>>
}

/** The spool id under which simulated history stands in the series store, so that it can be told from what was read. */
export const historySpool = 'simulated-history'

/** Simulated samples as envelopes of `size` readings, each of one gateway, numbered on from `fromSeq`. */
export function* historyEnvelopes(
  samples: Iterable<HistorySample>,
  terminals: ReadonlyMap<string, Terminal>,
  size: number,
): Generator<SettledEnvelope> {
  let seq = 0
  const waiting = new Map<string, Reading[]>()
  for (const sample of samples) {
    const gateway = terminals.get(sample.terminal)?.gateway
    if (!gateway) continue
    const readings = waiting.get(gateway) ?? []
    waiting.set(gateway, readings)
    for (const [point, value] of Object.entries(sample.values)) {
      readings.push({ terminal: sample.terminal, point, at: sample.at, value, quality: 'good' })
    }
    if (readings.length < size) continue
    yield { gateway, spool: historySpool, seq: ++seq, readings }
    waiting.delete(gateway)
  }
  for (const [gateway, readings] of waiting) yield { gateway, spool: historySpool, seq: ++seq, readings }
}
