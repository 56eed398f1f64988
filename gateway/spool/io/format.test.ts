// A spool outlives upgrades: files of older formats are taken over where they are, those of newer ones are refused untouched.
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { decodeEnvelope } from '@civitals/contracts/envelope'
import { systemClock } from '@civitals/contracts/system-clock'
import t, { type Test } from 'tap'
import type { Spool } from '../spool.ts'
import { spoolFormat } from './format.ts'
import { openSqliteSpool } from './sqlite-spool.ts'

const limits = { budgetBytes: 1e9, keepAcknowledgedMs: 1e15, compress: false }
const open = (folder: string, successions: unknown[] = []): Promise<Spool> =>
  openSqliteSpool({ folder, limits, clock: systemClock, onSuccession: (one) => successions.push(one) })
const everything = { after: 0, before: Number.MAX_SAFE_INTEGER, limit: 1000 }
const newDraft = {
  config: 'c',
  samples: [{ terminal: 't1', at: 1, clock: 'synced' as const, values: { a: 1 } }],
  class: 'telemetry' as const,
}

function folderOf(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'spool-format-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  return folder
}

// What the files hold as the sqlite3 of Python reads it.
const fixtures = [
  {
    name: 'format-1-dropped',
    id: '147527a1a6939907',
    waits: [3, 8, 9, 10, 11],
    urgent: 3,
    settled: undefined,
    counters: { newestSeq: 11, waiting: 5, waitingReadings: 10, reopened: 0, producedReadings: 22, declaredLost: 6 },
    nextCarries: [{ fromSeq: 7, toSeq: 7, readings: 2, reason: 'disk budget' }],
  },
  {
    name: 'format-1-acknowledged',
    id: '0b508927995de275',
    waits: [3, 4, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17],
    urgent: 3,
    settled: 6,
    counters: { newestSeq: 17, waiting: 11, waitingReadings: 22, reopened: 1, producedReadings: 34, declaredLost: 0 },
    nextCarries: undefined,
  },
  {
    // Written by the release before rows had an age (commit 49388da), with rows given up, settled, and opened again.
    name: 'format-2',
    id: '6191cac6197bece1',
    waits: [5, 9, 11, 12, 13, 14, 15, 16],
    urgent: 5,
    settled: 10,
    counters: { newestSeq: 16, waiting: 7, waitingReadings: 14, reopened: 1, producedReadings: 32, declaredLost: 14 },
    nextCarries: [{ fromSeq: 8, toSeq: 8, readings: 2, reason: 'disk budget' }],
  },
] as const

for (const { name, id, waits, urgent, settled, counters, nextCarries } of fixtures) {
  t.test(`${name}: the same rows wait, the same account stands, and it goes on`, async (t) => {
    const folder = folderOf(t)
    const file = join(folder, `spool-${id}.sqlite`)
    copyFileSync(join(import.meta.dirname, 'fixtures', `${name}.sqlite`), file)
    const before = payloadsOf(file)
    const successions: unknown[] = []
    const spool = await open(folder, successions)
    t.equal(spool.id, id)
    t.same(successions, [])
    t.match(spool.counters(), counters)
    const rows = await spool.waiting(everything)
    t.same(
      rows.map(({ seq }) => seq),
      waits,
    )
    t.same(
      rows.map((row) => row.class),
      waits.map((seq) => (seq === urgent ? 'alarm' : 'telemetry')),
    )
    for (const { seq, payload } of rows) t.same(Buffer.from(payload), before.get(seq), `seq ${seq}: the same bytes`)
    await spool.append([newDraft])
    const added = (await spool.waiting(everything)).at(-1)
    const decoded = decodeEnvelope(added?.payload ?? new Uint8Array())
    t.match(decoded, { ok: true, envelope: { spool: id, seq: counters.newestSeq + 1, gaps: nextCarries } })
    const { missing } = await spool.reopen(id, [[settled ?? 6, settled ?? 6]])
    t.same(missing, settled === undefined ? [[6, 6]] : [], 'what was settled is held for a resend')
    await spool.close()
    t.equal(versionOf(file), spoolFormat)
    const again = await open(folder)
    t.equal(again.counters().newestSeq, counters.newestSeq + 1)
    await again.close()
  })
}

t.test('every new row has the CRC-32 of its bytes beside it', async (t) => {
  const folder = folderOf(t)
  const spool = await open(folder)
  await spool.append([newDraft, newDraft])
  const { id } = spool
  await spool.close()
  const database = new DatabaseSync(join(folder, `spool-${id}.sqlite`))
  t.teardown(() => database.close())
  const rows = database.prepare('SELECT payload, crc FROM envelope').all()
  t.same(
    rows.map(({ crc }) => crc),
    rows.map(({ payload }) => crcOf(payload as Uint8Array)),
  )
  t.equal(crcOf(Buffer.from('123456789')), 0xcbf43926, 'the check value of CRC-32/ISO-HDLC')
})

t.test('a file of a newer format is refused in plain words and stays as it is', async (t) => {
  const folder = folderOf(t)
  const spool = await open(folder)
  await spool.append([newDraft])
  await spool.close()
  const file = join(folder, `spool-${spool.id}.sqlite`)
  const database = new DatabaseSync(file)
  database.exec(`PRAGMA user_version = ${spoolFormat + 1}`)
  database.close()
  const before = readFileSync(file)
  await t.rejects(open(folder), {
    code: 'CIV_GATEWAY_SPOOL_FORMAT',
    message: `the spool is of format ${spoolFormat + 1}, made by a newer release; this one reads formats up to ${spoolFormat}`,
  })
  t.same(readdirSync(folder), [`spool-${spool.id}.sqlite`])
  t.same(readFileSync(file), before)
})

function payloadsOf(file: string): Map<number, Buffer> {
  const database = new DatabaseSync(file, { readOnly: true })
  const rows = database.prepare('SELECT seq, payload FROM envelope').all()
  database.close()
  return new Map(rows.map(({ seq, payload }) => [Number(seq), Buffer.from(payload as Uint8Array)]))
}

function versionOf(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true })
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version)
  database.close()
  return version
}

/** Bit by bit, as the polynomial is written: not the function the spool uses. */
function crcOf(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}
