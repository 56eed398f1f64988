import type { EpochMs } from '@civitals/contracts/clock'
import type { RegistryView } from '@civitals/contracts/registry'
import type { SeriesFlags } from '@civitals/contracts/series-flags'
import type { SeriesStore } from '@civitals/storage/series'
import { testsOf } from './flags.ts'
import type { QualityLimits } from './limits.ts'
import { type RawReading, replayFlags } from './replay.ts'
import { SeriesCheck } from './series-check.ts'
import { SpanFolder } from './spans.ts'

/** Stretch of one series: from <= at < to. */
export interface FlagsQuery {
  readonly terminal: string
  readonly point: string
  readonly from: EpochMs
  readonly to: EpochMs
}

/** Rows of one question to the store. */
const pageRows = 50_000
const gapPeriods = 3

/**
 * Flags of the stored readings of a series, by judging them again. Tests that look at other series or at the time of arrival are not
 * among them. undefined: no such series.
 */
export async function seriesFlags(
  query: FlagsQuery,
  series: Pick<SeriesStore, 'range'>,
  registry: Pick<RegistryView, 'terminal' | 'point'>,
  limits: QualityLimits,
): Promise<SeriesFlags | undefined> {
  const terminal = registry.terminal(query.terminal)
  if (!terminal || !registry.point(query.terminal, query.point)) return undefined
  const held = limits[terminal.kind]?.points[query.point] ?? {}
  const before = new SeriesCheck(held, terminal.reportEveryMs).lookBackMs
  const rows = await readAll(series, { ...query, from: query.from - before })
  const folder = new SpanFolder(gapPeriods * terminal.reportEveryMs)
  for (const { at, flag, tests } of replayFlags(rows, held, terminal.reportEveryMs))
    if (at >= query.from) folder.take(at, flag, tests)
  const spans = folder
    .spans()
    .flatMap(({ flag, tests, ...span }) => (flag === 1 ? [] : [{ ...span, flag, tests: testsOf(tests) }]))
  return { ...query, counts: folder.counts, spans }
}

async function readAll(series: Pick<SeriesStore, 'range'>, query: FlagsQuery): Promise<RawReading[]> {
  const all: RawReading[] = []
  for (let from = query.from; ; ) {
    const rows = await series.range({ ...query, from, limit: pageRows })
    for (const row of rows) all.push(row)
    const last = rows.at(-1)
    if (!last || rows.length < pageRows) return all
    from = last.at + 1
  }
}
