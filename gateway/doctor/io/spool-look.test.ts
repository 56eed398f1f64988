// The spool is looked into as it lies there: nothing is written, made or locked, whatever state it is in.
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { FakeClock } from '@civitals/contracts/clock'
import t, { type Test } from 'tap'
import { openSqliteSpool } from '../../spool/io/sqlite-spool.ts'
import { defaultKeepAcknowledgedMs, type SpoolDraft } from '../../spool/spool.ts'
import { lockHolderOf } from './processes.ts'
import { spoolFacts, spoolFileOf } from './spool-look.ts'

const budgetBytes = 2 ** 24
const limits = { budgetBytes, keepAcknowledgedMs: defaultKeepAcknowledgedMs, compress: false }
const clock = new FakeClock()
const draft: SpoolDraft = {
  config: 'c0ffee',
  samples: [{ terminal: 'water-01', at: clock.now(), clock: 'synced', values: { depth: 1, flow: 2 } }],
  class: 'telemetry' as const,
}

/** Three envelopes, the first of them settled; `killed`: as the files lie when the gateway ends without closing. */
async function spoolOf(t: Test, killed = false): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'spool-'))
  const left = mkdtempSync(join(tmpdir(), 'spool-'))
  t.teardown(() => [folder, left].map((one) => rmSync(one, { recursive: true })))
  const spool = await openSqliteSpool({ folder, limits, clock })
  await spool.append([draft, draft, draft])
  await spool.acknowledge({ upTo: 1, above: [] })
  for (const name of readdirSync(folder)) copyFileSync(join(folder, name), join(left, name))
  await spool.close()
  return killed ? left : folder
}

const bytesOf = (folder: string) =>
  readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')])
const look = async (folder: string) => (await spoolFacts(folder, budgetBytes, undefined, undefined)).look

const content = {
  id: /^[0-9a-f]{16}$/,
  counters: { newestSeq: 3, waiting: 2, waitingReadings: 4, producedReadings: 6 },
  oldestWaiting: { seq: 2, at: clock.now() },
  newest: { seq: 3 },
}

for (const killed of [false, true]) {
  t.test(killed ? 'left by a killed gateway, its log beside it' : 'closed in good order', async (t) => {
    const folder = await spoolOf(t, killed)
    const before = bytesOf(folder)
    t.equal(
      before.some(([name = '']) => name.endsWith('-wal')),
      killed,
    )
    t.match(await look(folder), { kind: 'read', closed: !killed, content })
    t.same(bytesOf(folder), before, 'byte for byte as it was')
  })
}

t.test('damaged: named, and left where it is', async (t) => {
  const folder = await spoolOf(t)
  const { file } = (await spoolFileOf(folder)) ?? { file: '' }
  const bytes = readFileSync(file)
  bytes.fill(0xa5, 4096 + 200, bytes.length)
  writeFileSync(file, bytes)
  t.match(await look(folder), { kind: 'damaged', file })
  writeFileSync(file, 'this is no database at all, but long enough to look like one '.repeat(40))
  t.match(await look(folder), { kind: 'damaged', file, detail: /not a database/ })
  t.same(readdirSync(folder).length, 1)
})

t.test('a file of a newer release is left to that release', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'spool-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const database = new DatabaseSync(join(folder, 'spool-later.sqlite'))
  database.exec('PRAGMA user_version = 99; CREATE TABLE other (one)')
  database.close()
  t.match(await look(folder), { kind: 'not looked into', why: 'a newer release made it (format 99)' })
})

t.test('no folder, an empty one: none yet', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'spool-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  t.same(await look(join(folder, 'none')), { kind: 'none' })
  t.same(await look(folder), { kind: 'none' })
  t.same(readdirSync(folder), [])
})

t.test('who holds it is known without opening it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'spool-'))
  const spool = await openSqliteSpool({ folder, limits, clock })
  t.teardown(async () => {
    await spool.close()
    rmSync(folder, { recursive: true })
  })
  const { file } = (await spoolFileOf(folder)) ?? { file: '' }
  const holder = await lockHolderOf(file)
  t.match(holder, { pid: process.pid })
  t.same((await spoolFacts(folder, budgetBytes, undefined, holder)).look, { kind: 'held' })
  await spool.append([draft])
  t.equal(spool.counters().newestSeq, 1, 'it goes on')
})
