// Every implementation of the spool keeps the same promises.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, FakeClock } from '@civitals/contracts/clock'
import { decodeEnvelope, type Envelope, type Sample } from '@civitals/contracts/envelope'
import t, { type Test } from 'tap'
import { openSqliteSpool } from './io/sqlite-spool.ts'
import { MemoryTable, memorySpool } from './memory.ts'
import {
  beforeAll,
  defaultKeepAcknowledgedMs,
  type ReadingClass,
  type Spool,
  type SpoolDraft,
  type SpoolLimits,
} from './spool.ts'

const roomy: SpoolLimits = {
  budgetBytes: 64 * 1024 * 1024,
  keepAcknowledgedMs: defaultKeepAcknowledgedMs,
  compress: false,
}

type Open = (limits?: SpoolLimits) => Promise<Spool>

interface Implementation {
  readonly open: Open
  /** Turns a bit in the bytes of a row of the closed spool. */
  readonly garble: (seq: number) => void
}

const implementations: Readonly<Record<string, (t: Test, clock: Clock) => Implementation>> = {
  memory: (_t, clock) => {
    const table = new MemoryTable()
    return {
      open: async (limits = roomy) => memorySpool({ id: 'm1', limits, clock, table }),
      garble: (seq) => table.garble(seq),
    }
  },
  sqlite: (t, clock) => {
    const folder = mkdtempSync(join(tmpdir(), 'spool-'))
    const opened: Spool[] = []
    t.teardown(async () => {
      await Promise.all(opened.map((spool) => spool.close()))
      rmSync(folder, { recursive: true })
    })
    const open = async (limits = roomy) => {
      const spool = await openSqliteSpool({ folder, limits, clock })
      opened.push(spool)
      return spool
    }
    const garble = (seq: number): void => {
      const [name = ''] = readdirSync(folder).filter((one) => one.startsWith('spool-'))
      const bytes = readFileSync(join(folder, name))
      const at = bytes.lastIndexOf(`"seq":${seq},"config"`) + 40
      bytes.writeUInt8((bytes[at] ?? 0) ^ 1, at)
      writeFileSync(join(folder, name), bytes)
    }
    return { open, garble }
  },
}

const sample = (at: number, value: unknown = 1): Sample => ({
  terminal: 'water-01',
  at,
  clock: 'synced',
  values: { depth: value },
})
const draft = (at: number, kept: ReadingClass = 'telemetry', samples: Sample[] = [sample(at)]): SpoolDraft => ({
  config: 'c0ffee',
  samples,
  class: kept,
})
const everything = { after: beforeAll, before: Number.MAX_SAFE_INTEGER, limit: 1000 }
async function envelopes(spool: Spool): Promise<Envelope[]> {
  return (await spool.waiting(everything)).map((row) => {
    const decoded = decodeEnvelope(row.payload)
    if (!decoded.ok) throw new Error(decoded.reason)
    return decoded.envelope
  })
}

for (const [name, implementation] of Object.entries(implementations)) {
  t.test(name, async (t) => {
    const clock = new FakeClock()

    t.test('numbers envelopes from 1 and counts readings', async (t) => {
      const spool = await implementation(t, clock).open()
      const rows = await spool.append([draft(10), draft(20, 'alarm', [sample(20), sample(21)])])
      t.same(
        rows.map((row) => [row.seq, row.class, row.committedAt]),
        [
          [1, 'telemetry', clock.now()],
          [2, 'alarm', clock.now()],
        ],
      )
      const kept = await envelopes(spool)
      t.same(
        kept.map((envelope) => [envelope.spool, envelope.seq, envelope.config, envelope.samples.length]),
        [
          [spool.id, 1, 'c0ffee', 1],
          [spool.id, 2, 'c0ffee', 2],
        ],
      )
      t.match(spool.counters(), { newestSeq: 2, waiting: 2, waitingReadings: 3, producedReadings: 3, declaredLost: 0 })
    })

    t.test('keeps bytes, numbers and id over a restart', async (t) => {
      const open = implementation(t, clock).open
      const first = await open()
      await first.append([draft(1), draft(2)])
      const before = await first.waiting(everything)
      const counters = first.counters()
      await first.close()
      const second = await open()
      t.equal(second.id, first.id)
      t.same((await second.waiting(everything)).map(plain), before.map(plain))
      t.same(second.counters(), counters)
      t.equal((await second.append([draft(3)]))[0]?.seq, 3)
      t.notOk(
        (await envelopes(second)).some((envelope) => envelope.previous),
        'a restart is not a new spool',
      )
    })

    t.test('an acknowledgement takes rows out of what waits, whatever its order', async (t) => {
      const spool = await implementation(t, clock).open()
      await spool.append(Array.from({ length: 10 }, (_, index) => draft(index)))
      await spool.acknowledge({
        upTo: 2,
        above: [
          [5, 6],
          [9, 12],
        ],
      })
      const left = (await spool.waiting(everything)).map((row) => row.seq)
      t.same(left, [3, 4, 7, 8])
      t.match(spool.counters(), { waiting: 4, waitingReadings: 4, producedReadings: 10 })
      await spool.acknowledge({ upTo: 1, above: [] })
      await spool.acknowledge({ upTo: 2, above: [[5, 6]] })
      t.match(spool.counters(), { waiting: 4 }, 'once is once')
      t.same(
        (await spool.waiting({ after: 3, before: 8, limit: 10 })).map((row) => row.seq),
        [4, 7],
      )
      t.same(
        (await spool.waiting({ after: 0, before: 8, limit: 1 })).map((row) => row.seq),
        [3],
      )
    })

    t.test(
      'acknowledged rows go first when the budget is reached, and nothing is declared lost for them',
      async (t) => {
        const one = await bytesOfOne(implementation(t, clock).open)
        const spool = await implementation(t, clock).open({ ...roomy, budgetBytes: one * 5 })
        for (let at = 0; at < 5; at++) await spool.append([draft(at)])
        await spool.acknowledge({ upTo: 0, above: [[3, 4]] })
        await spool.append([draft(5), draft(6)])
        t.same(
          (await spool.waiting(everything)).map((row) => row.seq),
          [1, 2, 5, 6, 7],
        )
        t.match(spool.counters(), { declaredLost: 0, producedReadings: 7, waitingReadings: 5 })
      },
    )

    t.test('when only waiting rows are left the oldest go, alarms last, and the next envelope says so', async (t) => {
      const one = await bytesOfOne(implementation(t, clock).open)
      const spool = await implementation(t, clock).open({ ...roomy, budgetBytes: one * 4 })
      for (const kept of ['telemetry', 'alarm', 'telemetry', 'telemetry'] as const)
        await spool.append([draft(clock.now(), kept)])
      await spool.append([draft(100), draft(101)])
      t.same(
        (await spool.waiting(everything)).map((row) => row.seq),
        [2, 4, 5, 6],
      )
      await spool.append([draft(102)])
      const carrier = (await envelopes(spool)).at(-1)
      t.match(carrier, {
        seq: 7,
        gaps: [
          { fromSeq: 1, toSeq: 1 },
          { fromSeq: 3, toSeq: 3 },
        ],
      })
      const { producedReadings, waitingReadings, declaredLost } = spool.counters()
      t.equal(producedReadings, waitingReadings + declaredLost, 'produced = waiting + declared lost')
    })

    t.test('of what waits the lowest class goes first, whatever its age; of one class the oldest', async (t) => {
      // Large beside the gap records that travel in them.
      const large = (at: number, kept: ReadingClass): SpoolDraft => draft(at, kept, Array(40).fill(sample(at)))
      const measured = await implementation(t, clock).open()
      for (const kept of ['event', 'telemetry', 'alarm', 'debug'] as const) await measured.append([large(1, kept)])
      const budgetBytes = measured.counters().bytes + 1000
      const spool = await implementation(t, clock).open({ ...roomy, budgetBytes })
      for (const kept of ['event', 'telemetry', 'alarm', 'debug'] as const) await spool.append([large(1, kept)])
      const waiting = async (): Promise<number[]> => (await spool.waiting(everything)).map(({ seq }) => seq)
      await spool.append([large(2, 'telemetry')])
      t.same(await waiting(), [1, 2, 3, 5], 'the one of class debug, though it is the newest')
      await spool.append([large(3, 'telemetry')])
      t.same(await waiting(), [1, 3, 5, 6], 'the older of class telemetry')
      await spool.append([large(4, 'debug')])
      t.same(await waiting(), [1, 3, 6, 7], 'the rest of it: what comes now is never what goes')
      for (const at of [5, 6, 7]) await spool.append([large(at, 'alarm')])
      t.same(await waiting(), [3, 8, 9, 10], 'alarms when nothing else is left')
      await spool.append([large(8, 'telemetry')])
      t.same(await waiting(), [8, 9, 10, 11])
      const { producedReadings, waitingReadings, declaredLost } = spool.counters()
      t.equal(producedReadings, waitingReadings + declaredLost)
    })

    t.test('a gap record that is itself given up travels again, joined with its neighbours', async (t) => {
      const one = await bytesOfOne(implementation(t, clock).open)
      const spool = await implementation(t, clock).open({ ...roomy, budgetBytes: one * 3 })
      for (let at = 0; at < 40; at++) await spool.append([draft(at)])
      const declared = (await envelopes(spool)).flatMap((envelope) => envelope.gaps ?? [])
      await spool.append([draft(40)])
      const last = (await envelopes(spool)).at(-1)
      const oldest = (await spool.waiting(everything))[0]?.seq ?? 0
      const seqs = new Set([...declared, ...(last?.gaps ?? [])].flatMap(seqsOf))
      for (let seq = 1; seq < oldest - 1; seq++) t.ok(seqs.has(seq), `seq ${seq} is declared`)
      t.ok(declared.every((gap) => gap.reason === 'disk budget' && gap.readings === gap.toSeq - gap.fromSeq + 1))
      const { producedReadings, waitingReadings, declaredLost } = spool.counters()
      t.equal(producedReadings, waitingReadings + declaredLost)
    })

    t.test('acknowledged rows leave after their time', async (t) => {
      const spool = await implementation(t, clock).open()
      await spool.append([draft(1)])
      await spool.acknowledge({ upTo: 1, above: [] })
      const kept = spool.counters().bytes
      await clock.advance(defaultKeepAcknowledgedMs - 1000)
      await spool.append([draft(2)])
      t.equal(spool.counters().bytes, kept * 2, 'kept for a resend')
      await clock.advance(62_000)
      await spool.append([draft(3)])
      t.equal(spool.counters().bytes, kept * 2)
    })

    t.test('a wall clock that is set makes nobody older: not an hour on, an hour back, or out of 1970', async (t) => {
      const setClock = { offsetMs: 0 }
      const wall: Clock = {
        now: () => clock.now() + setClock.offsetMs,
        mono: () => clock.mono(),
        after: (ms, work) => clock.after(ms, work),
      }
      const open = implementation(t, wall).open
      const spool = await open()
      setClock.offsetMs = -clock.now()
      for (let at = 0; at < 3; at++) await spool.append([draft(at)])
      await spool.acknowledge({ upTo: 3, above: [] })
      for (const offsetMs of [0, 3_600_000, -3_600_000, 200 * 86_400_000]) {
        setClock.offsetMs = offsetMs
        await clock.advance(61_000)
        await spool.append([draft(9)])
      }
      t.same(await spool.reopen(spool.id, [[1, 3]]), { reopened: 3, missing: [] }, 'three days have not passed')
      await spool.acknowledge({ upTo: 7, above: [] })
      await spool.close()
      const again = await open()
      await clock.advance(defaultKeepAcknowledgedMs + 61_000)
      await again.append([draft(10)])
      await clock.advance(61_000)
      await again.append([draft(11)])
      t.same(await again.reopen(again.id, [[1, 3]]), { reopened: 3, missing: [] }, 'nor while it did not run')
      await again.acknowledge({ upTo: 9, above: [] })
      await clock.advance(defaultKeepAcknowledgedMs + 61_000)
      await again.append([draft(12)])
      t.same(await again.reopen(again.id, [[1, 3]]), { reopened: 0, missing: [[1, 3]] })
      t.same((await envelopes(again)).length, 1)
    })

    t.test('acknowledged rows are opened again for a resend, until they are acknowledged anew', async (t) => {
      const open = implementation(t, clock).open
      const spool = await open()
      for (let at = 0; at < 6; at++) await spool.append([draft(at)])
      const sent = (await spool.waiting(everything)).map(plain)
      await spool.acknowledge({ upTo: 4, above: [] })
      t.same(await spool.reopen(spool.id, [[2, 3]]), { reopened: 2, missing: [] })
      t.same(await spool.reopen(spool.id, [[2, 3]]), { reopened: 2, missing: [] }, 'asking twice is asking once')
      t.match(spool.counters(), { waiting: 2, waitingReadings: 2, reopened: 2, producedReadings: 6 })
      t.same((await spool.waiting(everything)).map(plain), [sent[1], sent[2], sent[4], sent[5]], 'the same bytes')
      await spool.close()
      const again = await open()
      t.match(again.counters(), { waiting: 2, reopened: 2 }, 'it outlives a restart')
      await again.acknowledge({ upTo: 2, above: [[6, 6]] })
      t.match(again.counters(), { waiting: 1, waitingReadings: 1, reopened: 1 })
      t.same(
        (await again.waiting(everything)).map((row) => row.seq),
        [3, 5],
      )
    })

    t.test('what is gone cannot be opened again, and is said; what waits is held and comes anyway', async (t) => {
      const one = await bytesOfOne(implementation(t, clock).open)
      const spool = await implementation(t, clock).open({ ...roomy, budgetBytes: one * 4 })
      for (let at = 0; at < 4; at++) await spool.append([draft(at)])
      await spool.acknowledge({ upTo: 1, above: [[3, 3]] })
      await spool.append([draft(4)])
      const wanted: [number, number][] = [
        [1, 3],
        [5, 9],
      ]
      t.same(await spool.reopen(spool.id, wanted), {
        reopened: 3,
        missing: [
          [1, 1],
          [6, 9],
        ],
      })
      t.match(spool.counters(), { waiting: 3, reopened: 1 })
      t.same(await spool.reopen('another', [[1, 2]]), { reopened: 0, missing: [[1, 2]] })
      await spool.append([draft(5)])
      t.match(spool.counters(), { waiting: 4, reopened: 0, declaredLost: 0 }, 'it goes before anything that waits')
    })

    t.test(
      'a row that is not as it was written ends the spool; its successor has the others, and declares it',
      async (t) => {
        const { open, garble } = implementation(t, clock)
        const first = await open()
        for (let at = 1; at <= 9; at++) await first.append([draft(at, 'telemetry', [sample(at), sample(at)])])
        await first.acknowledge({ upTo: 1, above: [[3, 4]] })
        const [old, before] = [first.id, first.counters()]
        await first.close()
        garble(6)
        const spool = await open()
        t.equal(spool.id, old)
        const rows = await spool.waiting(everything)
        t.not(spool.id, old)
        t.same(
          rows.map(({ seq, of }) => [seq, of]),
          [2, 5, 7, 8, 9].map((seq) => [seq - 9, { spool: old, seq }]),
        )
        t.match(spool.counters(), { newestSeq: 0, waiting: 0, inherited: 5, inheritedReadings: 10, declaredLost: 0 })
        await spool.append([draft(10), draft(11)])
        const envelope = (await envelopes(spool)).find((one) => one.spool === spool.id)
        t.match(envelope, {
          seq: 1,
          previous: { spool: old, lastSeq: 9, reason: 'damaged file' },
          gaps: [{ spool: old, fromSeq: 6, toSeq: 6, readings: 2, atLeast: undefined, reason: 'damaged file' }],
        })
        t.equal(before.waitingReadings, 10 + 2, 'what waited = taken over + declared lost')
        await spool.acknowledge({ upTo: 5, above: [] }, old)
        await spool.acknowledge({ upTo: 1, above: [] })
        await spool.acknowledge({ upTo: 99, above: [] }, 'nobody')
        t.match(spool.counters(), { waiting: 1, inherited: 3, inheritedReadings: 6 })
        t.same(await spool.reopen(old, [[3, 6]]), { reopened: 3, missing: [[6, 6]] }, 'settled rows came along')
        t.match(spool.counters(), { reopened: 3, inherited: 3 })
      },
    )

    t.test('rows taken over are the oldest: they go first, declared in the name of their spool', async (t) => {
      const { open, garble } = implementation(t, clock)
      const first = await open()
      for (let at = 1; at <= 4; at++) await first.append([draft(at)])
      const [old, { bytes }] = [first.id, first.counters()]
      await first.close()
      garble(4)
      const spool = await open({ ...roomy, budgetBytes: bytes + 300 })
      await spool.waiting(everything)
      for (let at = 5; at <= 8; at++) await spool.append([draft(at)])
      const kept = await envelopes(spool)
      t.ok(kept.some((one) => one.spool === old) || spool.counters().inherited === 0)
      const gaps = kept.flatMap((one) => one.gaps ?? []).filter((gap) => gap.reason === 'disk budget')
      t.match(gaps[0], { spool: old, fromSeq: 1, readings: 1 })
      const { producedReadings, waitingReadings, declaredLost } = spool.counters()
      t.equal(producedReadings, waitingReadings + declaredLost, 'they stand in none of its own accounts')
      t.equal(spool.counters().inherited, kept.filter((one) => one.spool === old).length)
    })

    t.test('a draft too large for the wire becomes several envelopes', async (t) => {
      const spool = await implementation(t, clock).open()
      const big = Array.from({ length: 40 }, (_, at) => sample(at, 'x'.repeat(20_000)))
      const rows = await spool.append([draft(0, 'alarm', big)])
      t.ok(rows.length > 3 && rows.every((row) => row.payload.length <= 256 * 1024))
      t.same(
        (await envelopes(spool)).flatMap((envelope) => envelope.samples).map((one) => one.at),
        big.map((one) => one.at),
      )
    })

    t.test('a metered link spools deflated bytes', async (t) => {
      const spool = await implementation(t, clock).open({ ...roomy, compress: true })
      const [row] = await spool.append([draft(1)])
      t.equal(row?.payload[0], 2)
      t.equal((await envelopes(spool))[0]?.samples.length, 1)
    })
  })
}

const plain = (row: { seq: number; payload: Uint8Array }): [number, string] => [
  row.seq,
  new TextDecoder().decode(row.payload),
]

async function bytesOfOne(open: Open): Promise<number> {
  const spool = await open()
  await spool.append([draft(0)])
  const { bytes } = spool.counters()
  await spool.close()
  // Slack for seqs and times of more digits; less than a row.
  return bytes + 20
}

const seqsOf = (gap: { fromSeq: number; toSeq: number }): number[] =>
  Array.from({ length: gap.toSeq - gap.fromSeq + 1 }, (_, index) => gap.fromSeq + index)
