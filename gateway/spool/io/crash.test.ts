// What the spool reported as committed is there after kill -9 of its process, whatever the instant.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { systemClock } from '@civitals/contracts/system-clock'
import t from 'tap'
import { openSqliteSpool } from './sqlite-spool.ts'

const limits = { budgetBytes: 1e9, keepAcknowledgedMs: 1e12, compress: false }
const rounds = 4

/** Runs a writer in its own process and kills it after `reports` commits; the highest seq it reported. */
async function writeUntilKilled(folder: string, reports: number): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'testing/writer.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let highest = 0
  let seen = 0
  for await (const line of createInterface({ input: child.stdout })) {
    highest = Math.max(highest, Number(line.split(' ')[0]))
    if (++seen === reports) child.kill('SIGKILL')
  }
  return highest
}

t.test('kill -9 of the writer', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'spool-crash-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  let id: string | undefined
  for (let round = 1; round <= rounds; round++) {
    const reported = await writeUntilKilled(folder, 20 + round * 17)
    const spool = await openSqliteSpool({ folder, limits, clock: systemClock })
    const kept = await spool.waiting({ after: 0, before: Number.MAX_SAFE_INTEGER, limit: 100_000 })
    t.same(
      kept.map((row) => row.seq),
      kept.map((_, index) => index + 1),
      'no hole',
    )
    t.ok(kept.length >= reported, `${kept.length} kept, ${reported} reported`)
    t.equal(spool.counters().newestSeq, kept.length)
    t.equal(spool.counters().waitingReadings, kept.length, 'accounts and rows are of the same instant')
    t.equal(spool.id, id ?? spool.id, 'the same spool')
    id = spool.id
    await spool.close()
  }
})
