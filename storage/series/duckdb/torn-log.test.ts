// A log torn by a power loss: its end is there in part. All of it is judged by the crash images of test/fault.
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FakeClock } from '@civitals/contracts/clock'
import t, { type Test } from 'tap'
import { openDuckdbSeries } from './io/duckdb.ts'
import { cutLog, type TornLog } from './io/torn-log.ts'
import { numberedEnvelope, terminals } from './testing/numbered-envelope.ts'

/** A store that was written to three times, as a power loss leaves it; and how long its log was after two. */
async function lostPower(t: Test): Promise<{ folder: string; log: string; goodBytes: number }> {
  const folder = t.testdir()
  const [live, log] = [join(folder, 'live'), 'series.duckdb.wal']
  mkdirSync(join(folder, 'lost'))
  await using store = await openDuckdbSeries({ folder: live, clock: new FakeClock() })
  const sizes: number[] = []
  for (const seq of [1, 2, 3]) {
    await store.write({ envelopes: [numberedEnvelope(seq)], receivedAt: 0 })
    sizes.push(statSync(join(live, log)).size)
  }
  for (const name of ['series.duckdb', log]) copyFileSync(join(live, name), join(folder, 'lost', name))
  return { folder: join(folder, 'lost'), log: join(folder, 'lost', log), goodBytes: sizes[1]! }
}

function damage(log: string, from: number, to: number): void {
  const bytes = readFileSync(log)
  bytes.fill(0, from, to)
  writeFileSync(log, bytes)
}

async function countIn(folder: string): Promise<{ count: number; cut: TornLog[] }> {
  const cut: TornLog[] = []
  const onTornLog = (torn: TornLog): void => void cut.push(torn)
  await using store = await openDuckdbSeries({ folder, clock: new FakeClock(), onTornLog })
  return { count: await store.count(), cut }
}

t.test('an end that is there in part is cut off and kept; what was committed before it stays', async (t) => {
  for (const zeros of [16, 200]) {
    const { folder, log, goodBytes } = await lostPower(t)
    damage(log, goodBytes, goodBytes + zeros)
    const { count, cut } = await countIn(folder)
    t.equal(count, 2 * terminals, `${zeros} zeros`)
    t.match(cut, [{ position: goodBytes, keptAs: `${log}.torn` }])
    t.equal(statSync(`${log}.torn`).size, cut[0]?.cutBytes)
  }
})

t.test('an end that is not there needs no cut', async (t) => {
  const { folder, log, goodBytes } = await lostPower(t)
  writeFileSync(log, readFileSync(log).subarray(0, goodBytes + 40))
  t.same(await countIn(folder), { count: 2 * terminals, cut: [] })
  t.notOk(existsSync(`${log}.torn`))
})

t.test('a log laid out otherwise is left alone', async (t) => {
  const log = join(t.testdir({ log: 'x'.repeat(100) }), 'log')
  t.equal(cutLog(log, { contentAt: 40, checksum: 7n }), undefined)
  t.equal(cutLog(log, { contentAt: 8, checksum: 7n }), undefined)
  t.equal(statSync(log).size, 100)
})
