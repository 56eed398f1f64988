// Appends to a spool as fast as it goes and prints each seq once it is reported committed; ended from outside.
import { writeSync } from 'node:fs'
import { systemClock } from '@civitals/contracts/system-clock'
import { openSqliteSpool } from '../sqlite-spool.ts'

const limits = { budgetBytes: 1e9, keepAcknowledgedMs: 1e12, compress: false }
const spool = await openSqliteSpool({ folder: String(process.argv[2]), limits, clock: systemClock })
for (;;) {
  const samples = [{ terminal: 't1', at: systemClock.now(), clock: 'synced' as const, values: { a: 1 } }]
  const rows = await spool.append([{ config: 'c', samples, urgent: false }])
  for (const row of rows) writeSync(1, `${row.seq}\n`)
}
