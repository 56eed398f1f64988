// A damaged file costs its unsent rows and nothing else: it is moved aside, and the new spool says whom it follows.
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeEnvelope } from '@civitals/contracts/envelope'
import { systemClock } from '@civitals/contracts/system-clock'
import t, { type Test } from 'tap'
import { openSqliteSpool, type SqliteSpool } from './sqlite-spool.ts'

const limits = { budgetBytes: 1e9, keepAcknowledgedMs: 1e12, compress: false }
const open = (folder: string): Promise<SqliteSpool> => openSqliteSpool({ folder, limits, clock: systemClock })
const draft = (pad = '') => ({
  config: 'c',
  samples: [{ terminal: 't1', at: 1, clock: 'synced' as const, values: { a: 1, pad } }],
  urgent: false,
})

function folderOf(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'spool-damage-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  return folder
}

async function filled(folder: string): Promise<string> {
  const spool = await open(folder)
  for (let index = 0; index < 40; index++) await spool.append([draft('x'.repeat(2000))])
  await spool.close()
  return spool.id
}

async function firstPrevious(spool: SqliteSpool): Promise<unknown> {
  await spool.append([draft(), draft()])
  const rows = await spool.waiting({ after: 0, before: 100, limit: 10 })
  const envelopes = rows.map((row) => decodeEnvelope(row.payload))
  t.same(
    envelopes.map((decoded) => decoded.ok && 'previous' in decoded.envelope),
    [true, false],
    'the first envelope alone carries the link',
  )
  const [first] = envelopes
  return first?.ok ? first.envelope.previous : undefined
}

t.test('a file that is no database', async (t) => {
  const folder = folderOf(t)
  const id = await filled(folder)
  writeFileSync(
    join(folder, `spool-${id}.sqlite`),
    'this is no database, and long enough to be read as one'.repeat(100),
  )
  const spool = await open(folder)
  t.not(spool.id, id)
  t.match(spool.movedAside, new RegExp(`damaged-${id}\\.sqlite$`))
  t.same(await firstPrevious(spool), { spool: id, lastSeq: 'unknown', reason: 'damaged file' })
  await spool.close()
  t.ok(readdirSync(folder).includes(`damaged-${id}.sqlite`), 'kept for whoever wants to look')
  const again = await open(folder)
  t.equal(again.id, spool.id, 'and the next start goes on with the new one')
  t.equal(again.movedAside, undefined)
  await again.close()
})

t.test('pages garbled while the power failed are found at the next start', async (t) => {
  const folder = folderOf(t)
  const spool = await open(folder)
  for (let index = 0; index < 40; index++) await spool.append([draft('x'.repeat(2000))])
  await spool.close()
  const file = join(folder, `spool-${spool.id}.sqlite`)
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(file)
  database.exec(`UPDATE state SET json = replace(json, '"closed":true', '"closed":false')`)
  database.close()
  const descriptor = openSync(file, 'r+')
  for (let page = 4; page < 12; page++) writeSync(descriptor, Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096)
  closeSync(descriptor)
  const next = await open(folder)
  t.not(next.id, spool.id)
  t.equal(next.counters().newestSeq, 0)
  await next.close()
})
