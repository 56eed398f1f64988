// A process that writes is killed (SIGKILL) at a random moment, again and again: what it was told is stored must be there
// once, and an envelope is there whole or not at all.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { FakeClock } from '@civitals/contracts/clock'
import t, { type Test } from 'tap'
import { openDuckdbSeries } from './io/duckdb.ts'
import { envelopesPerBatch, startAt, terminals } from './testing/numbered-envelope.ts'

const folder = mkdtempSync(join(tmpdir(), 'civitals-kill-'))
t.teardown(() => rmSync(folder, { recursive: true }))
const writer = join(import.meta.dirname, 'testing/endless-writer.ts')

/** Lets a writer run for a while and kills it; the last envelope number it was told is stored. */
async function writeUntilKilled(first: number): Promise<number> {
  const child = spawn(process.execPath, [writer, folder, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let acknowledged = first - 1
  const lines = createInterface({ input: child.stdout })
  const started = once(lines, 'line')
  lines.on('line', (line) => {
    acknowledged = Number(line)
  })
  await started
  await setTimeout(Math.random() * 900)
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')])
  child.kill('SIGKILL')
  await ended
  return acknowledged
}

async function checkContents(t: Test, acknowledged: number): Promise<number> {
  await using store = await openDuckdbSeries({ folder, clock: new FakeClock() })
  const count = await store.count()
  t.equal(count % (terminals * envelopesPerBatch), 0, 'batches are whole')
  const stored = count / terminals
  t.ok(stored >= acknowledged, `${acknowledged} envelopes acknowledged, ${stored} stored`)
  for (const terminal of ['air-0', `air-${terminals - 1}`]) {
    const query = { terminal, point: 'pm25', from: startAt, to: startAt + 1e9, limit: stored + 1 }
    const numbers = (await store.range(query)).map(({ value }) => value)
    t.same(
      numbers,
      Array.from({ length: stored }, (_, place) => place + 1),
      'each once',
    )
  }
  return stored
}

t.test('nothing acknowledged is lost to a kill, nothing is there twice', { timeout: 120_000 }, async (t) => {
  let acknowledged = 0
  let [unacknowledged, files] = [0, 0]
  for (let round = 0; round < 5; round++) {
    // The last batch comes again each time, as after an acknowledgement that got lost.
    acknowledged = await writeUntilKilled(Math.max(1, acknowledged + 1 - envelopesPerBatch))
    unacknowledged += (await checkContents(t, acknowledged)) - acknowledged
    files += readdirSync(join(folder, 'days')).length
  }
  t.ok(files > 0, `${files} day files were found`)
  t.comment(`${acknowledged} envelopes acknowledged, ${unacknowledged} stored before their answer was heard`)
})
