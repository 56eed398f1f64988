import type { EpochMs } from '@civitals/contracts/clock'
import { qualityOfCode } from '@civitals/contracts/quality'
import type { RegistryView, Terminal } from '@civitals/contracts/registry'
import type { SeriesStore, StoredReadings } from '@civitals/storage/series'
import { byTerminal, eachByTime } from '../../windows/by-time.ts'
import { learnMs } from '../reading-detector.ts'
import type { ReadingWatch } from './watch.ts'

/** Times from which on series are read back: from few of them, one question serves many. */
const grainMs = 10 * 60_000
const hourMs = 3_600_000
/** Habits are learned from a day, and a little is left to be judged by them. */
const firstLookMs = learnMs + hourMs
/** Longer ago nothing is looked at again: what was silent so long begins anew. */
export const longestMs: number = 26 * hourMs
/** Readings, by the reporting period, from which habits are learned at the very first start; other terminals learn theirs within a day. */
const firstLookReadings = 500_000
/** Readings one question to the store may be expected to return. */
const readingsPerPage = 200_000

interface Asked {
  readonly terminal: string
  readonly point: string
  readonly from: EpochMs
}

/**
 * Feeds a watch with what the store holds and it has not seen: of a terminal whose habits were kept what came since. At the `first`
 * start of all, the last day of as many terminals as is not too much. Call it before the first reading is settled.
 */
export async function catchUp(
  watch: ReadingWatch,
  registry: Pick<RegistryView, 'terminals'>,
  series: Pick<SeriesStore, 'readings'>,
  now: EpochMs,
  first: boolean,
): Promise<void> {
  let toLearn = first ? firstLookReadings : 0
  let [page, expected]: [Asked[], number] = [[], 0]
  const readPage = async (): Promise<void> => {
    if (page.length > 0) replay(watch, page, await series.readings({ series: page, to: now + 1 }))
    ;[page, expected] = [[], 0]
  }
  for (const terminal of registry.terminals()) {
    const asked = askedOf(watch, terminal, now)
    const from = asked[0]?.from
    if (from === undefined) continue
    const count = (asked.length * (now - from)) / terminal.reportEveryMs
    if (isNew(watch, terminal)) {
      if (count > toLearn) continue
      toLearn -= count
    }
    page.push(...asked)
    expected += count
    if (expected >= readingsPerPage) await readPage()
  }
  await readPage()
}

const newest = (watch: ReadingWatch, { id }: Terminal): readonly number[] =>
  watch
    .pointsOf(id)
    .map((point) => watch.newestOf(id, point))
    .filter((at) => !Number.isNaN(at))

const isNew = (watch: ReadingWatch, terminal: Terminal): boolean => newest(watch, terminal).length === 0

/** All points of a terminal: each tells that it is there. From the newest reading of the one that is heard best on. */
function askedOf(watch: ReadingWatch, terminal: Terminal, now: EpochMs): readonly Asked[] {
  if (watch.pointsOf(terminal.id).length === 0) return []
  const known = newest(watch, terminal)
  const since =
    known.length === 0 ? now - firstLookMs : Math.max(Math.max(...known) - terminal.reportEveryMs, now - longestMs)
  const from = since - (since % grainMs)
  return terminal.points.map(({ id }) => ({ terminal: terminal.id, point: id, from }))
}

/** Sample by sample as they were taken: whether a series is missing shows beside the others. */
function replay(watch: ReadingWatch, page: readonly Asked[], found: StoredReadings): void {
  for (const [begin, end] of byTerminal(page)) {
    eachByTime(found, begin, end, (k, row, at) => {
      const { terminal = '', point = '' } = page[k] ?? {}
      const read = found.value[row] ?? Number.NaN
      const quality = qualityOfCode(found.quality[row] ?? 0)
      watch.add({ terminal, point, at, value: Number.isNaN(read) ? null : read, quality })
    })
  }
}
