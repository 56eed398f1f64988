// The gateway's spool: commits a second back to back (every one flushed), and rows a second read back. Processor time beside them, since the
// flush is the disk's.
//   setup/with-node bench/edge/spool.ts [SECONDS]
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@civitals/contracts/system-clock'
import { openSqliteSpool } from '../../gateway/spool/io/sqlite-spool.ts'
import { bench, type Figure, printFigures } from '../run.ts'

const seconds = Number(process.argv[2] ?? 10)
const terminals = 50
const limits = { budgetBytes: 2 ** 31, keepAcknowledgedMs: 1e12, compress: false }

const draftAt = (at: number) => ({
  config: 'bench',
  samples: Array.from({ length: terminals }, (_, place) => ({
    ...{ terminal: `terminal-${place}`, at, clock: 'synced' as const },
    values: { level: (at % 1000) / 10, flow: place },
  })),
  class: 'telemetry' as const,
})

await bench(async (ending) => {
  // Beside the sources: /tmp is memory on many machines, and a flush there costs nothing.
  const folder = mkdtempSync(join(import.meta.dirname, '.spool-'))
  ending.teardown(() => rmSync(folder, { recursive: true }))
  const spool = await openSqliteSpool({ folder, limits, clock: systemClock })
  ending.teardown(() => spool.close())
  const draft = draftAt(1.75e12)
  for (let warm = 0; warm < 200; warm++) await spool.append([draft])
  const [cpuBefore, begin] = [process.cpuUsage(), performance.now()]
  let commits = 0
  for (; performance.now() - begin < seconds * 1000; commits++) await spool.append([draft])
  const tookMs = performance.now() - begin
  const { user, system } = process.cpuUsage(cpuBefore)
  const readBegin = performance.now()
  let read = 0
  for (let after = 0, more = true; more; ) {
    const rows = await spool.waiting({ after, before: Number.MAX_SAFE_INTEGER, limit: 48 })
    read += rows.length
    after = rows.at(-1)?.seq ?? 0
    more = rows.length > 0
  }
  const readMs = performance.now() - readBegin
  const figures: Figure[] = [
    { what: 'commits, one envelope of 50 samples each', measured: (commits * 1000) / tookMs, unit: '1/s' },
    { what: 'processor time of a commit, both threads', measured: (user + system) / commits, unit: 'µs' },
    { what: 'rows read back, 48 at a time', measured: (read * 1000) / readMs, unit: '1/s' },
  ]
  printFigures('The spool', figures)
})
