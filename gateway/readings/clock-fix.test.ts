// Samples of a box that woke in 1970 are spooled as they were stamped. When its clock is set a fix that dates them follows in a later
// envelope; the bytes that were spooled before stay what they were, also on the disk and over a restart.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeClock } from '@civitals/contracts/clock'
import { decodeEnvelope, type Envelope } from '@civitals/contracts/envelope'
import t, { type Test } from 'tap'
import { openSqliteSpool } from '../spool/io/sqlite-spool.ts'
import { MemoryTable, memorySpool } from '../spool/memory.ts'
import type { Spool } from '../spool/spool.ts'
import { Batcher } from './batcher.ts'
import { TimeKeeper } from './time-keeper.ts'

const limits = { budgetBytes: 1e9, keepAcknowledgedMs: 1e12, compress: false }
const setTo = Date.UTC(2026, 10, 22, 12)

const spools: Readonly<Record<string, (t: Test, clock: FakeClock) => () => Promise<Spool>>> = {
  memory: (_t, clock) => {
    const table = new MemoryTable()
    return async () => memorySpool({ id: 's1', limits, clock, table })
  },
  sqlite: (t, clock) => {
    const folder = mkdtempSync(join(tmpdir(), 'spool-'))
    t.teardown(() => rmSync(folder, { recursive: true }))
    return () => openSqliteSpool({ folder, limits, clock })
  },
}

async function waiting(spool: Spool) {
  const rows = await spool.waiting({ after: 0, before: Number.MAX_SAFE_INTEGER, limit: 100 })
  const envelopes = rows.map(({ payload }): Envelope => {
    const decoded = decodeEnvelope(payload)
    if (!decoded.ok) throw new Error(decoded.reason)
    return decoded.envelope
  })
  return { bytes: rows.map(({ payload }) => Buffer.from(payload).toString('hex')), envelopes }
}

for (const [name, make] of Object.entries(spools))
  t.test(`${name}: what was spooled before the clock was set keeps its bytes`, async (t) => {
    const clock = new FakeClock(1_000)
    const open = make(t, clock)
    const spool = await open()
    const time = new TimeKeeper(clock, 'boot-1')
    const batcher = new Batcher({
      ...{ spool, clock, config: 'c', lingerMs: 0, takeClockFix: () => time.takeFix() },
      ...{ onCommitted: () => undefined, onRefused: (error) => t.fail(String(error)) },
    })
    const read = async (): Promise<void> => {
      await clock.advance(1000)
      batcher.add({ terminal: 't1', ...time.stamp(clock.now()), values: { level: clock.mono() } }, 'telemetry')
      await batcher.flush()
    }
    await read()
    await read()
    const before = await waiting(spool)
    clock.stepWall(setTo - clock.now())
    await read()
    clock.stepWall(3_600_000)
    time.learn({ service: 'synced', batteryClock: false })
    await read()
    const after = await waiting(spool)
    t.same(after.bytes.slice(0, 2), before.bytes)
    t.match(after.envelopes, [
      { seq: 1, samples: [{ at: 2_000, clock: 'unsynced', mono: 1000, boot: 'boot-1' }] },
      { seq: 2, samples: [{ at: 3_000, clock: 'unsynced', mono: 2000 }] },
      { seq: 3, samples: [{ at: setTo + 1000, clock: 'synced' }], clockFix: { boot: 'boot-1', fix: 1 } },
      { seq: 4, clockFix: { boot: 'boot-1', fix: 2, offsetMs: setTo + 3_600_000 - 2000 } },
    ])
    t.notOk(after.envelopes.slice(0, 2).some(({ clockFix }) => clockFix))
    await spool.close()
    const again = await open()
    t.same((await waiting(again)).bytes, after.bytes)
    await again.close()
  })
