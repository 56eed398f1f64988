// A process that commits is killed (SIGKILL) at a random moment: every acknowledged transaction is there, none in part.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { openSqliteState } from './io/sqlite.ts'
import { type LedgerTables, ledgerMigrations } from './testing/ledger.ts'

const folder = mkdtempSync(join(tmpdir(), 'civitals-state-kill-'))
t.teardown(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'state.db')
const writer = join(import.meta.dirname, 'testing/endless-writer.ts')

async function commitUntilKilled(first: number): Promise<number> {
  const child = spawn(process.execPath, [writer, file, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let acknowledged = first - 1
  const lines = createInterface({ input: child.stdout })
  const started = once(lines, 'line')
  lines.on('line', (line) => {
    acknowledged = Number(line)
  })
  await started
  await setTimeout(Math.random() * 200)
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')])
  child.kill('SIGKILL')
  await ended
  return acknowledged
}

t.test('every acknowledged transaction survives a kill, whole', { timeout: 120_000 }, async (t) => {
  let stored = 0
  for (let round = 0; round < 4; round++) {
    const acknowledged = await commitUntilKilled(stored + 1)
    await using store = await openSqliteState({ file, migrations: ledgerMigrations })
    const db = store.db.withTables<LedgerTables>()
    const numbers = (await db.selectFrom('entry').select('number').orderBy('number').execute()).map((row) => row.number)
    const { entries } = await db.selectFrom('total').select('entries').executeTakeFirstOrThrow()
    stored = numbers.length
    t.ok(stored >= acknowledged, `${acknowledged} acknowledged, ${stored} stored`)
    t.equal(entries, stored, 'both tables tell the same')
    t.same(
      numbers,
      Array.from({ length: stored }, (_, place) => place + 1),
      'none is missing in between',
    )
  }
})
