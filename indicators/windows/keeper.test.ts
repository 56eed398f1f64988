// A restart at any instant: the windows stand as if it had not been, or, where something older was settled since they were kept, as
// the series store says. What was kept and does not fit is not believed.
import type { Quality } from '@civitals/contracts/quality'
import type { Reading } from '@civitals/contracts/reading'
import type { SettlementBatch } from '@civitals/contracts/settlement'
import { demoCity } from '@civitals/simulator/city'
import { MemorySeries } from '@civitals/storage/series-memory'
import { openSqliteState } from '@civitals/storage/sqlite'
import { sql } from 'kysely'
import t from 'tap'
import { shippedDefinitions } from '../io/shipped.ts'
import { shippedLimits } from '../io/shipped-limits.ts'
import { indicatorMigrations } from '../migrations.ts'
import { randomOf } from '../robustness/random.ts'
import { registryOf } from '../testing/pilot.ts'
import { WindowKeeper } from './keeper.ts'
import { localTimeOf } from './local-time.ts'
import { planWindows } from './plan.ts'
import { seedWindows } from './seed.ts'
import { Unsettled } from './unsettled.ts'
import { Windows } from './windows.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const start = Date.parse('2026-06-12T09:00:00+08:00')
const [whole, documents, limits] = await Promise.all([demoCity(), shippedDefinitions(), shippedLimits()])
const wanted = ['air-01', 'road-water-01', 'traffic-01', 'noise-01', 'gas-01', 'supply-01']
const city = { ...whole, terminals: whole.terminals.filter(({ id }) => wanted.includes(id)) }
const registry = registryOf(city)
const plan = planWindows(documents.flatMap(({ inForce }) => inForce))
const made = (held = limits, unsettled?: Unsettled): Windows =>
  new Windows(plan, registry, localTimeOf(city.timeZone), held, unsettled)
const qualitiesSent: readonly Quality[] = ['good', 'good', 'good', 'good', 'uncertain', 'out_of_range', 'comm_fail']

/** Samples of all terminals in the minute from `at`; now and then one of an earlier minute instead. */
function batchAt(at: number, late: boolean, random: () => number): SettlementBatch {
  const envelopes = city.terminals.map(({ id, points }, place) => {
    const sampled = at + place * 1000 - (late && random() < 0.03 ? Math.floor(1 + random() * 90) * minuteMs : 0)
    const readings = points.map((point): Reading => {
      const quality = qualitiesSent[Math.floor(random() ** 4 * qualitiesSent.length)] ?? 'good'
      const [low = 0, high = 100] = limits[registry.terminal(id)?.kind ?? '']?.points[point.id]?.range?.sensor ?? []
      const value = quality === 'comm_fail' ? null : low + (high - low) * (0.3 + 0.1 * random() ** 3)
      return { terminal: id, point: point.id, at: sampled, value, quality }
    })
    const seq = (at / minuteMs) * city.terminals.length + place
    return { gateway: registry.terminal(id)?.gateway ?? '', spool: 's', seq, readings }
  })
  return { envelopes, receivedAt: at + 10_000 }
}

/** Everything an indicator can ask of a terminal's windows. */
function seen(windows: Windows, terminal: string, now: number): unknown {
  const known = windows.of(terminal)
  if (!known) return undefined
  const series = [...known.series.values()].map((one) => ({
    point: one.point,
    last: [one.rawAt, one.rawValue, one.lastAt, one.lastValue],
    slots: [one.minutes, one.hours, one.fine].map((ring) => ring?.last(now, ring.shape.slots)),
    flags: [one.minutes, one.hours, one.fine].map((ring) => ring?.flags(now, ring.shape.slots)),
    usual: one.week?.usualHour(now + 25 * hourMs, 1),
  }))
  const { watch } = known
  return { series, attended: [watch.lastAt, watch.delivered(now - 24 * hourMs, now)] }
}

/** The centre's stores and windows in the order of a settlement: series, state, memory. */
async function running() {
  const state = await openSqliteState({ file: ':memory:', migrations: indicatorMigrations })
  const series = new MemorySeries()
  const windows = made()
  const keeper = new WindowKeeper(state, registry)
  const settle = async (batch: SettlementBatch, into = windows, by = keeper): Promise<void> => {
    const effect = by.settling(batch, into)
    await series.write(batch)
    await state.transaction((tx) => effect.write(tx))
    into.settle(batch)
    effect.committed()
  }
  const restarted = async (now: number, fresh = made()) => {
    const keeper = new WindowKeeper(state, registry)
    const kept = await keeper.restore(fresh, now)
    await seedWindows(fresh, plan, registry, series, now, { kept })
    return { windows: fresh, keeper, kept }
  }
  return { state, series, windows, keeper, settle, restarted }
}

t.test('killed at any instant, the windows are as they were, and go on so', async (t) => {
  let [restored, rebuilt] = [0, 0]
  for (let seed = 1; seed <= 4; seed++) {
    const random = randomOf(seed)
    const centre = await running()
    await using _ = centre.state
    const keptAt = Math.floor(25 + random() * 60)
    const killedAt = keptAt + Math.floor(random() * 40)
    let now = start
    for (let minute = 0; minute < killedAt; minute++, now += minuteMs) {
      await centre.settle(batchAt(now, true, random))
      if (minute === keptAt || minute === 20) await centre.keeper.keep(() => centre.windows)
    }
    const anew = made()
    await seedWindows(anew, plan, registry, centre.series, now)
    const again = await centre.restarted(now)
    for (const terminal of wanted) {
      const kept = again.kept.has(terminal)
      const expected = kept ? centre.windows : anew
      t.strictSame(seen(again.windows, terminal, now), seen(expected, terminal, now), `${seed}, ${terminal}`)
      if (kept) restored++
      else rebuilt++
    }
    // What later verdicts rest on was taken over too.
    for (let minute = 0; minute < 30; minute++, now += minuteMs) {
      const batch = batchAt(now, false, random)
      for (const windows of [again.windows, centre.windows, anew]) windows.settle(batch)
    }
    for (const terminal of wanted) {
      const expected = again.kept.has(terminal) ? centre.windows : anew
      t.strictSame(seen(again.windows, terminal, now), seen(expected, terminal, now), `${seed}, ${terminal}, later`)
    }
  }
  t.ok(restored > 4 && rebuilt > 4, `${restored} restored, ${rebuilt} built anew: both ways are tried`)
})

t.test('killed between the two steps, before and after, what comes again counts once', async (t) => {
  let [restored, rebuilt] = [0, 0]
  for (let seed = 1; seed <= 4; seed++) {
    const random = randomOf(seed)
    const centre = await running()
    await using _ = centre.state
    const killedAt = 30 + Math.floor(random() * 30)
    let now = start
    for (let minute = 0; minute < killedAt; minute++, now += minuteMs) {
      await centre.settle(batchAt(now, random() < 0.3, random))
      if (minute === 20) await centre.keeper.keep(() => centre.windows)
    }
    // In the series store, not in the ledger: of several minutes, and late ones among them.
    const inHand = [0, 1, 2].map((minute) => batchAt(now + minute * minuteMs, random() < 0.5, random))
    for (const batch of inHand) await centre.series.write(batch)
    const unsettled = () => {
      const envelopes = inHand.flatMap((batch) => batch.envelopes)
      return new Unsettled(
        Object.entries(Object.groupBy(envelopes, ({ gateway }) => gateway)).map(([gateway, own = []]) => ({
          ...{ gateway, spool: 's' },
          seqs: own.map(({ seq }) => [seq, seq] as const).sort((a, b) => a[0] - b[0]),
        })),
      )
    }
    now += 3 * minuteMs
    // Killed once more before anything came: what was kept meanwhile is believed as far as it may be.
    const between = await centre.restarted(now, made(limits, unsettled()))
    await between.keeper.keep(() => between.windows)
    const again = await centre.restarted(now, made(limits, unsettled()))
    // What came late, of after what was kept, is read back in order.
    const { windows: inOrder } = await centre.restarted(now)
    const newer = inHand.map((batch) => ({
      ...batch,
      envelopes: batch.envelopes.map((one) => ({
        ...one,
        readings: one.readings.filter(
          ({ terminal, at }) => at > (again.kept.get(terminal) ?? Number.POSITIVE_INFINITY),
        ),
      })),
    }))
    const ordered = new Set(newer.flatMap((batch) => [...centre.windows.late(batch)]))
    for (const batch of inHand) await centre.settle(batch, again.windows, again.keeper)
    for (const batch of inHand) centre.windows.settle(batch)
    const anew = made()
    await seedWindows(anew, plan, registry, centre.series, now)
    for (const envelope of inHand.flatMap(({ envelopes }) => envelopes))
      t.notOk(again.windows.readBack.takes(envelope), 'nothing of what has come is waited for')
    for (let minute = 0; minute < 5; minute++, now += minuteMs) {
      const batch = batchAt(now, false, random)
      for (const windows of [again.windows, centre.windows, inOrder, anew]) windows.settle(batch)
    }
    for (const terminal of wanted) {
      const kept = again.kept.has(terminal)
      const asKept = ordered.has(terminal) ? inOrder : centre.windows
      const expected = kept ? asKept : anew
      t.strictSame(seen(again.windows, terminal, now), seen(expected, terminal, now), `${seed}, ${terminal}`)
      if (kept) restored++
      else rebuilt++
    }
  }
  t.ok(restored > 4 && rebuilt > 4, `${restored} restored, ${rebuilt} built anew: both ways are tried`)
})

t.test('what a settlement in hand amends is not kept while it is in hand', async (t) => {
  const centre = await running()
  await using _ = centre.state
  const random = randomOf(3)
  for (let minute = 0; minute < 20; minute++) await centre.settle(batchAt(start + minute * minuteMs, false, random))
  const now = start + 20 * minuteMs
  const late = batchAt(start + 5 * minuteMs + 30_000, false, random)
  const effect = centre.keeper.settling(late, centre.windows)
  await centre.series.write(late)
  await centre.state.transaction((tx) => effect.write(tx))
  await centre.keeper.keep(() => centre.windows)
  // Killed here: the ledger has the batch, memory never got it.
  const { kept } = await centre.restarted(now)
  t.strictSame([...kept.keys()], [], 'nothing is believed of these terminals')
})

t.test('what is torn, of another version, or too old is not believed', async (t) => {
  const centre = await running()
  await using _ = centre.state
  const random = randomOf(5)
  for (let minute = 0; minute < 10; minute++) await centre.settle(batchAt(start + minute * minuteMs, false, random))
  const now = start + 10 * minuteMs
  const believed = async (at = now, fresh = made()) => {
    await centre.keeper.keep(() => centre.windows)
    return [...(await centre.restarted(at, fresh)).kept.keys()].sort()
  }
  const whole = [...wanted].sort()
  t.strictSame(await believed(), whole)
  await centre.keeper.keep(() => centre.windows)
  await centre.state.transaction(async (tx) => {
    await sql`UPDATE indicator_window SET state = substr(state, 1, length(state) - 4) WHERE terminal = 'air-01'`.execute(
      tx,
    )
    await sql`UPDATE indicator_window SET shape = 'of yesterday' WHERE terminal = 'gas-01'`.execute(tx)
  })
  const { kept, windows } = await centre.restarted(now)
  t.strictSame(
    [...kept.keys()].sort(),
    whole.filter((id) => id !== 'air-01' && id !== 'gas-01'),
  )
  for (const id of ['air-01', 'gas-01']) {
    const anew = made()
    await seedWindows(anew, plan, registry, centre.series, now)
    t.strictSame(seen(windows, id, now), seen(anew, id, now))
  }
  t.strictSame(await believed(now + 25 * hourMs), [], 'a day later')
  const { air, ...others } = limits
  t.ok(air)
  t.strictSame(
    await believed(now, made(others)),
    whole.filter((id) => id !== 'air-01'),
    'with other limits',
  )
})
