// A full disk keeps the last value of each point a minute of what was never sent, before it gives anything up whole; every reading is accounted for.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeClock } from '@civitals/contracts/clock'
import { countReadings, decodeEnvelope, type Envelope } from '@civitals/contracts/envelope'
import t, { type Test } from 'tap'
import { SpoolBook } from './book.ts'
import { openSqliteSpool } from './io/sqlite-spool.ts'
import { SqliteTable } from './io/sqlite-table.ts'
import { MemoryTable, memorySpool } from './memory.ts'
import { beforeAll, defaultKeepAcknowledgedMs, type Spool, type SpoolDraft, type SpoolLimits } from './spool.ts'

const limits: SpoolLimits = { budgetBytes: 50_000, keepAcknowledgedMs: defaultKeepAcknowledgedMs, compress: false }
const everything = { after: beforeAll, before: Number.MAX_SAFE_INTEGER, limit: 100_000 }

type Open = (spoolLimits?: SpoolLimits) => Promise<Spool>
const implementations: Readonly<Record<string, (t: Test, clock: FakeClock) => Open>> = {
  memory: (_t, clock) => {
    const table = new MemoryTable()
    return async (spoolLimits = limits) => memorySpool({ id: 'm1', limits: spoolLimits, clock, table })
  },
  sqlite: (t, clock) => {
    const folder = mkdtempSync(join(tmpdir(), 'spool-thinning-'))
    const opened: Spool[] = []
    t.teardown(async () => {
      await Promise.all(opened.map((spool) => spool.close()))
      rmSync(folder, { recursive: true })
    })
    return async (spoolLimits = limits) => {
      const spool = await openSqliteSpool({ folder, limits: spoolLimits, clock })
      opened.push(spool)
      return spool
    }
  },
}

const draft = (at: number, more: Partial<SpoolDraft> = {}): SpoolDraft => ({
  ...{ config: 'c', class: 'telemetry' },
  samples: [{ terminal: at % 2 === 0 ? 'even' : 'odd', at, clock: 'synced', values: { level: at, flow: 1 } }],
  ...more,
})

/** One envelope a second, of one terminal and then the other; `at` counts them. */
async function fill(spool: Spool, clock: FakeClock, from: number, to: number, more?: Partial<SpoolDraft>) {
  for (let at = from; at <= to; at++) {
    await spool.append([draft(at, more)])
    await clock.advance(1000)
  }
}

const envelopesOf = async (spool: Spool): Promise<Envelope[]> =>
  (await spool.waiting(everything)).map(({ payload }) => {
    const decoded = decodeEnvelope(payload)
    if (!decoded.ok) throw new Error(decoded.reason)
    return decoded.envelope
  })

/** The same spool with room for everything: its next envelope carries the gap records that none has carried yet. */
async function told(spool: Spool, open: Open): Promise<Envelope[]> {
  const { newestSeq } = spool.counters()
  await spool.close()
  const roomy = await open({ ...limits, budgetBytes: 1e9 })
  await roomy.append([draft(newestSeq + 1)])
  const { producedReadings, waitingReadings, declaredLost } = roomy.counters()
  t.equal(producedReadings, waitingReadings + declaredLost)
  return envelopesOf(roomy)
}

/** What a centre that gets everything makes of it: each number is settled once, by an envelope or by a gap record. */
function settle(t: Test, envelopes: readonly Envelope[], readingsOf: (seq: number) => number) {
  const settled = new Map<number, string>()
  const reasons = new Map<string, number>()
  const take = (seq: number, by: string): void => {
    if (settled.has(seq)) t.fail(`number ${seq} stands for two things`, { first: settled.get(seq), second: by })
    settled.set(seq, by)
  }
  let stored = 0
  for (const envelope of envelopes) {
    take(envelope.seq, 'an envelope')
    stored += countReadings(envelope)
    for (const { fromSeq, toSeq, readings, reason } of envelope.gaps ?? []) {
      for (let seq = fromSeq; seq <= toSeq; seq++) take(seq, reason)
      reasons.set(reason, (reasons.get(reason) ?? 0) + readings)
    }
  }
  const newest = Math.max(...settled.keys())
  t.equal(settled.size, newest, 'no number is left out')
  const lost = [...reasons.values()].reduce((sum, readings) => sum + readings, 0)
  let produced = 0
  for (let seq = 1; seq <= newest; seq++) produced += readingsOf(seq)
  t.equal(stored + lost, produced, `${stored} stored and ${lost} declared lost`)
  return { stored, reasons }
}

for (const [name, implementation] of Object.entries(implementations)) {
  t.test(name, async (t) => {
    t.test('the last value of each point a minute is left of what is old, all of what is new', async (t) => {
      const clock = new FakeClock()
      const open = implementation(t, clock)
      const spool = await open()
      await fill(spool, clock, 1, 600)
      t.ok(spool.counters().bytes <= limits.budgetBytes + 2000, 'the budget holds')
      const kept = await envelopesOf(spool)
      const minutes = Map.groupBy(
        kept.flatMap(({ samples }) => samples),
        ({ at }) => Math.floor((at - 1) / 60),
      )
      t.equal(minutes.size, 10, 'no minute is empty')
      t.same(
        minutes.get(0)?.map(({ terminal, at }) => [terminal, at]),
        [
          ['odd', 59],
          ['even', 60],
        ],
      )
      t.equal(minutes.get(9)?.length, 60)
      const { reasons } = settle(t, await told(spool, open), () => 2)
      t.same([...reasons.keys()], ['disk budget, thinned'])
    })

    t.test('when everything is thin the oldest goes', async (t) => {
      const clock = new FakeClock()
      const open = implementation(t, clock)
      const spool = await open({ ...limits, budgetBytes: 34_000 })
      await fill(spool, clock, 1, 3000)
      const kept = await envelopesOf(spool)
      t.ok((kept[0]?.seq ?? 0) > 60, 'the first minute is gone')
      const { reasons } = settle(t, await told(spool, open), () => 2)
      t.same([...reasons.keys()].sort(), ['disk budget', 'disk budget, thinned'])
    })

    t.test('what a link may have carried stays as it is or goes whole, over a restart too', async (t) => {
      const clock = new FakeClock()
      const open = implementation(t, clock)
      const first = await open()
      first.linked(true)
      await fill(first, clock, 1, 300)
      const reasonsIn = async (spool: Spool): Promise<Set<string>> =>
        new Set((await envelopesOf(spool)).flatMap(({ gaps = [] }) => gaps.map(({ reason }) => reason)))
      t.same([...(await reasonsIn(first))], ['disk budget'])
      const sent = new Map((await first.waiting(everything)).map(({ seq, payload }) => [seq, Buffer.from(payload)]))
      await first.close()
      const second = await open()
      await fill(second, clock, 301, 500)
      for (const { seq, payload } of await second.waiting(everything)) {
        const before = sent.get(seq)
        if (before) t.same(Buffer.from(payload), before, `${seq} is as it was sent`)
      }
      t.ok((await reasonsIn(second)).has('disk budget, thinned'), 'what was committed since is thinned')
      second.linked(true)
      second.linked(false)
      await fill(second, clock, 501, 502)
      settle(t, await told(second, open), () => 2)
    })

    t.test('what no link was given before a restart is thinned after it, in one row with the later ones', async (t) => {
      const clock = new FakeClock()
      const open = implementation(t, clock)
      let spool = await open()
      let at = 0
      for (const until of [90, 150, 360]) {
        await fill(spool, clock, at + 1, until)
        at = until
        if (at === 360) break
        await spool.close()
        spool = await open()
      }
      const minutes = Map.groupBy(
        (await envelopesOf(spool)).flatMap(({ samples }) => samples),
        (sample) => Math.floor((sample.at - 1) / 60),
      )
      t.equal(minutes.size, 6, 'no minute is empty')
      for (const minute of [0, 1, 2])
        t.ok((minutes.get(minute)?.length ?? 60) <= 6, `of minute ${minute} little is left`)
      const { reasons } = settle(t, await told(spool, open), () => 2)
      t.same([...reasons.keys()], ['disk budget, thinned'])
    })

    t.test(
      'what a link was given before a restart stays as it is, though nothing was committed meanwhile',
      async (t) => {
        const clock = new FakeClock()
        const open = implementation(t, clock)
        const first = await open()
        await fill(first, clock, 1, 150)
        first.linked(true)
        const given = new Map((await first.waiting(everything)).map(({ seq, payload }) => [seq, Buffer.from(payload)]))
        first.linked(false)
        await first.close()
        const second = await open()
        await fill(second, clock, 151, 400)
        let still = 0
        for (const { seq, payload } of await second.waiting(everything)) {
          const before = given.get(seq)
          if (!before) continue
          still++
          t.same(Buffer.from(payload), before, `${seq} is as it was given`)
        }
        t.ok(still > 1, `${still} are there`)
        settle(t, await told(second, open), () => 2)
      },
    )

    t.test('a change of configuration and the fix of a clock are not joined with others', async (t) => {
      const clock = new FakeClock()
      const open = implementation(t, clock)
      const spool = await open({ ...limits, budgetBytes: 20_000 })
      await fill(spool, clock, 1, 20)
      await fill(spool, clock, 21, 21, { clockFix: { boot: 'b', offsetMs: 7 } })
      await fill(spool, clock, 22, 40)
      await fill(spool, clock, 41, 150, { config: 'd' })
      const old = (await envelopesOf(spool)).filter(({ seq }) => seq <= 60)
      t.same(
        old.map(({ seq, config, clockFix }) => [seq, config, clockFix?.offsetMs]),
        [
          [20, 'c', undefined],
          [21, 'c', 7],
          [40, 'c', undefined],
          [60, 'd', undefined],
        ],
      )
      settle(t, await told(spool, open), () => 2)
    })

    t.test('only what is of class debug or telemetry is thinned, and the lower class pays first', async (t) => {
      const clock = new FakeClock()
      const open = implementation(t, clock)
      const spool = await open({ ...limits, budgetBytes: 55_000 })
      for (let at = 1; at <= 150; at++) {
        await spool.append([
          draft(at, { class: 'event' }),
          ...(at % 2 === 0 ? [draft(at, { class: 'debug' })] : []),
          ...(at % 50 === 0 ? [draft(at, { class: 'alarm' })] : []),
        ])
        await clock.advance(1000)
      }
      const classes = Map.groupBy(await spool.waiting(everything), (row) => row.class)
      t.equal(classes.get('alarm')?.length, 3)
      t.ok((classes.get('debug')?.length ?? 0) < 40)
      t.same([classes.get('event')?.[0]?.seq, classes.get('event')?.length], [1, 150], 'events stand')
      settle(t, await told(spool, open), () => 2)
    })
  })
}

t.test('a crash between the thinning and its gap record leaves everything as it was', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'spool-thinning-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'spool.sqlite')
  const table = new SqliteTable(file)
  const book = new SpoolBook(table, limits, 's1')
  let seq = 0
  while (book.counters().bytes <= limits.budgetBytes - 500) book.append([draft(++seq)], 1000 * seq, 1000 * seq)
  const before = book.waiting(everything)
  let removed = 0
  const remove = table.remove.bind(table)
  table.remove = (seqs) => {
    removed += seqs.length
    remove(seqs)
  }
  table.replace = () => {
    throw new Error('gone')
  }
  const failing = (): unknown => book.append([draft(++seq)], 1000 * seq, 1000 * seq)
  t.throws(() => {
    for (let tries = 0; tries < 10; tries++) failing()
  }, /gone/)
  t.ok(removed > 10, 'it was about to thin')
  table.close()
  const again = new SpoolBook(new SqliteTable(file), limits, 's1')
  t.teardown(() => again.close())
  const rows = again.waiting(everything)
  t.same(rows.slice(0, before.length), before)
  const { producedReadings, waitingReadings, declaredLost } = again.counters()
  t.same([producedReadings, declaredLost], [waitingReadings, 0])
})

t.test('a disk that takes nothing gives a link only what would never be thinned, until it takes note', async (t) => {
  const table = new MemoryTable()
  const open = () => new SpoolBook(table, limits, 's1')
  const book = open()
  const fillTo = (into: SpoolBook, from: number, to: number): void => {
    for (let seq = from; seq <= to; seq++) into.append([draft(seq)], 1000 * seq, 1000 * seq)
  }
  book.linked(true)
  fillTo(book, 1, 10)
  book.linked(false)
  fillTo(book, 11, 150)
  const transaction = table.transaction.bind(table)
  table.transaction = () => {
    throw new Error('no space left on device')
  }
  book.linked(true)
  t.equal(book.waiting({ ...everything, before: 11 }).length, 10)
  t.throws(() => book.waiting(everything), /no space/)
  table.transaction = transaction
  const given = book.waiting(everything)
  t.equal(given.length, 150)
  // Killed.
  const again = open()
  fillTo(again, 151, 400)
  const left = again.waiting(everything).filter(({ seq }) => seq <= 150)
  t.same(
    left,
    given.filter(({ seq }) => left.some((row) => row.seq === seq)),
  )
})

t.test('what a release that does not know of it left behind is not believed', async (t) => {
  const table = new MemoryTable()
  const book = new SpoolBook(table, limits, 's1')
  for (let seq = 1; seq <= 150; seq++) book.append([draft(seq)], 1000 * seq, 1000 * seq)
  const state = table.load()
  if (!state) throw new Error('no accounts')
  t.same(state.unsent, { from: 1, upTo: 150 })
  const given = book.waiting(everything)
  table.save({ ...state, newestSeq: 151 })
  const again = new SpoolBook(table, limits, 's1')
  for (let seq = 152; seq <= 400; seq++) again.append([draft(seq)], 1000 * seq, 1000 * seq)
  const left = again.waiting(everything).filter(({ seq }) => seq <= 150)
  t.same(
    left,
    given.filter(({ seq }) => left.some((row) => row.seq === seq)),
  )
})
