import type { Reading } from '@civitals/contracts/reading'
import type { City, Terminal } from '@civitals/contracts/registry'
import type { SettledEnvelope } from '@civitals/contracts/settlement'
import type { IndicatorEngine } from '@civitals/indicators/indicators'
import type { PilotHistory } from '@civitals/simulator/history'
import type { SeriesStore } from '@civitals/storage/series'

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

/** The simulated complaints of the past eight weeks and a day, as the indicators count them. */
export function complaintCounts(history: PilotHistory, now: number): Parameters<IndicatorEngine['importCounts']>[1] {
  const days = [...history.complaints(now - hourlyHistoryMs - 2 * 86_400_000, now)]
  return days.map(({ at, count }) => ({ name: 'complaints', at, count, hours: 24 }))
}

/** How much of the past is needed: all points by the minute for the day a score looks back, as a score of yesterday does, and two hours; by the hour for the five weeks forecasts look back, traffic for the eight weeks of its baseline. */
const minuteHistoryMs = 50 * 3_600_000
const hourlyHistoryMs = 56 * 86_400_000
const forecastHistoryMs = 35 * 86_400_000
const readingsPerEnvelope = 5000

interface Stores {
  readonly series: SeriesStore
}

/**
 * Writes the simulated past of a city into an empty series store; a store with readings is left alone. Returns how many
 * readings it wrote.
 */
export async function bringHistory(
  city: City,
  { series }: Stores,
  history: PilotHistory,
  now: number,
): Promise<number> {
  if ((await series.count()) > 0) return 0
  const terminals = new Map(city.terminals.map((terminal) => [terminal.id, terminal]))
  const recent = now - (now % 60_000) - minuteHistoryMs
  // At half past, where the hour's own mean lies; at the full hour a sample belongs to the hour before as much.
  const hourly = { from: recent - (recent % 3_600_000) - hourlyHistoryMs + 1_800_000, to: recent, everyMs: 3_600_000 }
  const samples = function* (): Generator<HistorySample> {
    const fiveWeeks = hourly.from + hourlyHistoryMs - forecastHistoryMs
    yield* history.samples({ ...hourly, to: fiveWeeks, terminals: (_id, kind) => kind === 'traffic' })
    yield* history.samples({ ...hourly, from: fiveWeeks })
    yield* history.samples({ from: recent, to: now, everyMs: 60_000 })
  }
  let written = 0
  for (const envelope of historyEnvelopes(samples(), terminals, readingsPerEnvelope)) {
    await series.write({ envelopes: [envelope], receivedAt: now })
    written += envelope.readings.length
  }
  return written
}
