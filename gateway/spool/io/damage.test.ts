// A file that cannot be used any more costs what cannot be read of it and nothing else: a successor takes over the rest under its old identity,
// says whom it follows, and declares what is lost.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { decodeEnvelope, type Envelope } from '@civitals/contracts/envelope'
import { systemClock } from '@civitals/contracts/system-clock'
import t, { type Test } from 'tap'
import { beforeAll, type Spool } from '../spool.ts'
import type { SpoolSuccession } from './protocol.ts'
import { openSqliteSpool } from './sqlite-spool.ts'

const limits = { budgetBytes: 1e9, keepAcknowledgedMs: 1e12, compress: false }
const everything = { after: beforeAll, before: Number.MAX_SAFE_INTEGER, limit: 1000 }
/** A row fills half a page: a page that cannot be read costs one or two. */
const pad = 'x'.repeat(2000)
const draft = (value: number) => ({
  config: 'c',
  samples: [{ terminal: 't1', at: 1000 + value, clock: 'synced' as const, values: { a: value, pad } }],
  class: 'telemetry' as const,
})

interface Stage {
  readonly folder: string
  readonly successions: SpoolSuccession[]
  open(): Promise<Spool>
}

function stage(t: Test): Stage {
  const folder = mkdtempSync(join(tmpdir(), 'spool-damage-'))
  const opened: Spool[] = []
  const successions: SpoolSuccession[] = []
  t.teardown(async () => {
    await Promise.all(opened.map((spool) => spool.close()))
    rmSync(folder, { recursive: true })
  })
  const onSuccession = (one: SpoolSuccession): void => void successions.push(one)
  const open = async (): Promise<Spool> => {
    const spool = await openSqliteSpool({ folder, limits, clock: systemClock, onSuccession })
    opened.push(spool)
    return spool
  }
  return { folder, successions, open }
}

/** Forty envelopes of two readings each, the first ten settled, closed. */
async function filled({ open, folder }: Stage): Promise<{ id: string; file: string }> {
  const spool = await open()
  for (let value = 1; value <= 40; value++) await spool.append([draft(value)])
  await spool.acknowledge({ upTo: 10, above: [] })
  const { id } = spool
  await spool.close()
  return { id, file: join(folder, `spool-${id}.sqlite`) }
}

async function envelopes(spool: Spool): Promise<Envelope[]> {
  return (await spool.waiting(everything)).map(({ payload }) => {
    const decoded = decodeEnvelope(payload)
    if (!decoded.ok) throw new Error(decoded.reason)
    return decoded.envelope
  })
}

/** The first envelope of the successor. */
async function firstOwn(spool: Spool): Promise<Envelope | undefined> {
  await spool.append([draft(0), draft(0)])
  const own = (await envelopes(spool)).filter((envelope) => envelope.spool === spool.id)
  t.same(
    own.map((envelope) => [envelope.seq, 'previous' in envelope]),
    [
      [1, true],
      [2, true],
    ],
    'every envelope carries the link until one is settled',
  )
  return own[0]
}

function markUnclosed(file: string): void {
  const database = new DatabaseSync(file)
  database.exec(`UPDATE state SET json = replace(json, '"closed":true', '"closed":false')`)
  database.close()
}

/** Numbers whose payload stands in these bytes. */
const seqsIn = (bytes: Buffer): number[] =>
  [...bytes.toString('latin1').matchAll(/"seq":(\d+),"config"/g)].map(([, seq]) => Number(seq))

t.test('a file that is no database: everything that waited is lost, how much nobody knows', async (t) => {
  const all = stage(t)
  const { id, file } = await filled(all)
  writeFileSync(file, 'this is no database, and long enough to be read as one'.repeat(100))
  const spool = await all.open()
  t.not(spool.id, id)
  t.match(all.successions, [{ from: id, to: spool.id, reason: 'damaged file', waiting: 0, lost: 0, atLeast: true }])
  t.match(all.successions[0]?.movedAside, new RegExp(`damaged-${id}\\.sqlite$`))
  const first = await firstOwn(spool)
  t.same(first?.previous, { spool: id, lastSeq: 'unknown', reason: 'damaged file' })
  t.equal(first?.gaps, undefined, 'no number is known that could be declared')
  await spool.close()
  t.ok(readdirSync(all.folder).includes(`damaged-${id}.sqlite`), 'kept for whoever wants to look')
  const again = await all.open()
  t.equal(again.id, spool.id, 'and the next start goes on with the new one')
  t.equal(all.successions.length, 1)
})

t.test(
  'pages garbled while the power failed: the rows on them are lost, exactly those, and the others wait',
  async (t) => {
    const all = stage(t)
    const { id, file } = await filled(all)
    markUnclosed(file)
    const bytes = readFileSync(file)
    const from = 20 * 4096
    const garbled = seqsIn(bytes.subarray(from, from + 3 * 4096)).filter((seq) => seq > 10)
    t.ok(garbled.length >= 3, `rows ${garbled} are garbled`)
    bytes.fill(0xa5, from, from + 3 * 4096)
    writeFileSync(file, bytes)
    const spool = await all.open()
    t.not(spool.id, id)
    const kept = await envelopes(spool)
    t.ok(kept.every((envelope) => envelope.spool === id))
    const wanted = Array.from({ length: 30 }, (_, index) => index + 11).filter((seq) => !garbled.includes(seq))
    const found = kept.map((envelope) => envelope.seq)
    const lost = wanted.filter((seq) => !found.includes(seq))
    t.same(
      found,
      [...found].sort((a, b) => a - b),
      'in their old order',
    )
    t.ok(lost.length <= 4, `at most the rows beside a torn page are lost too: ${lost}`)
    t.match(spool.counters(), { newestSeq: 0, waiting: 0, producedReadings: 0, inherited: found.length })
    const first = await firstOwn(spool)
    t.same(first?.previous, { spool: id, lastSeq: 40, reason: 'damaged file' })
    const declared = (first?.gaps ?? []).flatMap((gap) => {
      t.match(gap, { spool: id, reason: 'damaged file', atLeast: undefined })
      t.equal(gap.readings, 2 * (gap.toSeq - gap.fromSeq + 1), 'exactly')
      return Array.from({ length: gap.toSeq - gap.fromSeq + 1 }, (_, index) => gap.fromSeq + index)
    })
    t.same(
      [...declared, ...found].sort((a, b) => a - b),
      Array.from({ length: 30 }, (_, index) => index + 11),
    )
  },
)

t.test('a bit that fell over is found when its row is to be sent; the gateway runs on', async (t) => {
  const all = stage(t)
  const { id, file } = await filled(all)
  const bytes = readFileSync(file)
  const at = bytes.indexOf('"seq":23,"config":"c"')
  bytes.writeUInt8((bytes[at + 19] ?? 0) ^ 1, at + 19)
  writeFileSync(file, bytes)
  const spool = await all.open()
  t.equal(spool.id, id, 'nobody can see it from outside')
  const rows = await spool.waiting(everything)
  t.match(all.successions, [{ from: id, to: spool.id, waiting: 29, lost: 2, atLeast: false }])
  t.same(
    rows.map(({ seq, of }) => [seq, of?.seq]),
    Array.from({ length: 30 }, (_, index) => [index + 11 - 40, index + 11]).filter(([, seq]) => seq !== 23),
    'places below 1, the old numbers beside them',
  )
  await spool.acknowledge({ upTo: 30, above: [[40, 40]] }, id)
  t.match(spool.counters(), { inherited: 9, inheritedReadings: 18 })
  const first = await firstOwn(spool)
  t.match(first?.gaps, [{ spool: id, fromSeq: 23, toSeq: 23, readings: 2, from: 1022, to: 1024 }])
  t.same(
    await spool.reopen(id, [
      [5, 6],
      [23, 24],
    ]),
    { reopened: 3, missing: [[23, 23]] },
    'settled rows came along',
  )
  await spool.close()
  const again = await all.open()
  t.match(again.counters(), { inherited: 9, reopened: 3, waiting: 2, newestSeq: 2 })
})

t.test('a spool that goes on from a damaged one is damaged itself', async (t) => {
  const all = stage(t)
  const { id, file } = await filled(all)
  writeFileSync(file, flipped(readFileSync(file), 23))
  const spool = await all.open()
  await spool.waiting(everything)
  for (let value = 1; value <= 5; value++) await spool.append([draft(value)])
  const second = spool.id
  await spool.close()
  const secondFile = join(all.folder, `spool-${second}.sqlite`)
  writeFileSync(secondFile, flipped(flipped(readFileSync(secondFile), 31), 2, second))
  const again = await all.open()
  const kept = (await envelopes(again)).map((envelope) => [envelope.spool, envelope.seq])
  const old = Array.from({ length: 30 }, (_, index) => index + 11).filter((seq) => seq !== 23 && seq !== 31)
  t.same(kept, [...old.map((seq) => [id, seq]), ...[1, 3, 4, 5].map((seq) => [second, seq])])
  const first = await firstOwn(again)
  t.same(first?.previous, {
    ...{ spool: second, lastSeq: 5, reason: 'damaged file' },
    before: [{ spool: id, lastSeq: 40, reason: 'damaged file' }],
  })
  t.match(
    first?.gaps?.find((gap) => gap.spool === second),
    { fromSeq: 2, toSeq: 2, readings: 2 },
  )
  t.ok(first?.gaps?.some((gap) => gap.spool === id && gap.fromSeq <= 31 && 31 <= gap.toSeq))
  await again.acknowledge({ upTo: 40, above: [] }, id)
  await again.acknowledge({ upTo: 5, above: [] }, second)
  await again.acknowledge({ upTo: 2, above: [] })
  t.match(again.counters(), { waiting: 0, inherited: 0, inheritedReadings: 0 })
  t.same(
    readdirSync(all.folder).filter((name) => /^damaged.*sqlite$/.test(name)),
    [`damaged-${second}.sqlite`],
  )
})

t.test('a crash between the two renames of a succession', async (t) => {
  const all = stage(t)
  const { id, file } = await filled(all)
  const whole = readFileSync(file)
  rmSync(file)
  writeFileSync(join(all.folder, `building-${id}.sqlite`), whole)
  writeFileSync(join(all.folder, 'damaged-old.sqlite'), '')
  const spool = await all.open()
  t.equal(spool.id, id, 'the old file was out of the way: the new one is whole')
  t.equal(spool.counters().waiting, 30)
  await spool.close()
  writeFileSync(join(all.folder, 'building-other.sqlite'), whole.subarray(0, 9000))
  const again = await all.open()
  t.equal(again.id, id, 'one that was still being built is gone')
  t.notOk(readdirSync(all.folder).some((name) => name.startsWith('building')))
})

/** The file with one bit of an envelope's samples turned. */
function flipped(bytes: Buffer, seq: number, spool = ''): Buffer {
  const words = spool ? `"spool":"${spool}","seq":${seq},"config":"c` : `"seq":${seq},"config":"c`
  const at = bytes.indexOf(words) + words.length + 60
  bytes.writeUInt8((bytes[at] ?? 0) ^ 1, at)
  return bytes
}

t.test('a log cut in its middle: numbers that may have been given are not given again', async (t) => {
  const all = stage(t)
  const running = await all.open()
  const { id } = running
  for (let value = 1; value <= 20; value++) await running.append([draft(value)])
  const [file, log] = ['', '-wal'].map((end) => readFileSync(join(all.folder, `spool-${id}.sqlite${end}`)))
  await running.close()
  // What a process that was killed leaves, and a sector in the middle of the log that did not stand the loss of power.
  log?.fill(0xa5, (log.length >> 1) & ~511, ((log.length >> 1) & ~511) + 512)
  const other = stage(t)
  writeFileSync(join(other.folder, `spool-${id}.sqlite`), file ?? '')
  writeFileSync(join(other.folder, `spool-${id}.sqlite-wal`), log ?? '')
  const spool = await other.open()
  t.equal(spool.id, id)
  const kept = (await envelopes(spool)).length
  t.ok(kept > 2 && kept < 18, `${kept} of 20 rows were before the cut`)
  t.equal(spool.counters().newestSeq, 20)
  await spool.append([draft(21)])
  const last = (await envelopes(spool)).at(-1)
  t.match(last, {
    seq: 21,
    gaps: [{ fromSeq: kept + 1, toSeq: 20, readings: 0, atLeast: true, reason: 'damaged file' }],
  })
})

t.test('a log that was only not folded yet is whole', async (t) => {
  const all = stage(t)
  const running = await all.open()
  const { id } = running
  for (let value = 1; value <= 20; value++) await running.append([draft(value)])
  const files = ['', '-wal'].map((end) => readFileSync(join(all.folder, `spool-${id}.sqlite${end}`)))
  await running.close()
  const other = stage(t)
  for (const [place, end] of ['', '-wal'].entries())
    writeFileSync(join(other.folder, `spool-${id}.sqlite${end}`), files[place] ?? '')
  const spool = await other.open()
  t.match(spool.counters(), { newestSeq: 20, waiting: 20 })
  await spool.append([draft(21)])
  t.equal((await envelopes(spool)).at(-1)?.gaps, undefined)
})
