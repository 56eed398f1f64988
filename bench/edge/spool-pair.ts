// The spool beside that of another checkout, in one process and on one disk: slices of commits in turn, so that a busy machine is busy for
// both. Prints medians and the median of the ratios of neighbouring slices; the same checkout twice says how far such a ratio may be off.
//   git worktree add OTHER COMMIT; cp -a node_modules OTHER/; setup/with-node bench/edge/spool-pair.ts OTHER [SLICES]
import { mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { systemClock } from '@civitals/contracts/system-clock'
import type { openSqliteSpool } from '../../gateway/spool/io/sqlite-spool.ts'
import { bench, type Figure, median, printFigures } from '../run.ts'

const [other = '.', slices = '100'] = process.argv.slice(2)
const commitsPerSlice = 100
const limits = { budgetBytes: 2 ** 31, keepAcknowledgedMs: 1e12, compress: false }
const draft = {
  ...{ config: 'bench', class: 'telemetry' as const, urgent: false },
  samples: Array.from({ length: 50 }, (_, place) => ({
    ...{ terminal: `terminal-${place}`, at: 1.75e12, clock: 'synced' as const },
    values: { level: 12.3, flow: place },
  })),
}

interface Slice {
  readonly commitMs: number
  readonly cpuUs: number
}

await bench(async (ending) => {
  const sideOf = async (checkout: string) => {
    const file = join(checkout, 'gateway/spool/io/sqlite-spool.ts')
    const { openSqliteSpool: open } = (await import(file)) as { openSqliteSpool: typeof openSqliteSpool }
    // Beside the sources: /tmp is memory on many machines, and a flush there costs nothing.
    const folder = mkdtempSync(join(import.meta.dirname, '.spool-'))
    ending.teardown(() => rmSync(folder, { recursive: true }))
    const spool = await open({ folder, limits, clock: systemClock })
    ending.teardown(() => spool.close())
    for (let warm = 0; warm < 300; warm++) await spool.append([draft])
    return { spool, slices: [] as Slice[] }
  }
  const old = await sideOf(resolve(other))
  const present = await sideOf(join(import.meta.dirname, '../..'))
  for (let slice = 0; slice < Number(slices); slice++) {
    for (const side of slice % 2 === 0 ? [old, present] : [present, old]) {
      const [cpuBefore, begin] = [process.cpuUsage(), performance.now()]
      for (let commit = 0; commit < commitsPerSlice; commit++) await side.spool.append([draft])
      const { user, system } = process.cpuUsage(cpuBefore)
      const commitMs = (performance.now() - begin) / commitsPerSlice
      side.slices.push({ commitMs, cpuUs: (user + system) / commitsPerSlice })
    }
  }
  const ratio = (of: (slice: Slice) => number): number =>
    median(present.slices.map((slice, place) => of(slice) / of(old.slices[place] ?? slice)))
  const figures: Figure[] = [
    { what: 'a commit, the other checkout', measured: median(old.slices.map(({ commitMs }) => commitMs)), unit: 'ms' },
    { what: 'a commit, this one', measured: median(present.slices.map(({ commitMs }) => commitMs)), unit: 'ms' },
    { what: 'its time, this to the other', measured: ratio(({ commitMs }) => commitMs), unit: '×', atMost: 1.05 },
    { what: 'its processor time, this to the other', measured: ratio(({ cpuUs }) => cpuUs), unit: '×', atMost: 1.05 },
  ]
  printFigures('The spool beside that of another checkout', figures)
})
