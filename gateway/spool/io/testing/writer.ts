// Appends to a spool as fast as it goes and prints `SEQ SPOOL` once each is reported committed, and `refused` for what was not. Ended from
// outside, or after a number of commits.
//   writer.ts FOLDER [COMMITS]
import { writeSync } from 'node:fs'
import { systemClock } from '@civitals/contracts/system-clock'
import { openSqliteSpool } from '../sqlite-spool.ts'

const [folder = '.', commits = 'Infinity'] = process.argv.slice(2)
const limits = { budgetBytes: 1e9, keepAcknowledgedMs: 1e12, compress: false }
const spool = await openSqliteSpool({ folder, limits, clock: systemClock })
for (let value = 1; value <= Number(commits); value++) {
  const samples = [{ terminal: 't1', at: systemClock.now(), clock: 'synced' as const, values: { a: value } }]
  try {
    const rows = await spool.append([{ config: 'c', samples, class: 'telemetry' as const }])
    for (const row of rows) writeSync(1, `${row.seq} ${spool.id} ${value}\n`)
  } catch {
    writeSync(1, 'refused\n')
    value--
  }
}
await spool.close()
