// Scores of hours in which no centre ran are computed from what the store holds, in a thread, and told apart.
import { FakeClock } from '@civitals/contracts/clock'
import { registryView } from '@civitals/contracts/registry-view'
import { openIndicators } from '@civitals/indicators/indicators'
import { indicatorMigrations } from '@civitals/indicators/migrations'
import { demoCity } from '@civitals/simulator/city'
import { pilotHistory } from '@civitals/simulator/history'
import { MemorySeries } from '@civitals/storage/series-memory'
import { openSqliteState } from '@civitals/storage/sqlite'
import t from 'tap'
import { bringHistory } from '../../demo/history.ts'
import { ScoreFiller } from '../score-filler.ts'
import { systemsThen } from '../systems-then.ts'
import { InstantsReplay } from './replay-thread.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const now = Date.parse('2026-06-12T09:00:00+08:00')
const whole = await demoCity()
/** One terminal of each kind. */
const city = { ...whole, terminals: whole.terminals.filter(({ id }) => id.endsWith('-01')) }
const registry = registryView(city)
const history = await pilotHistory({ seed: 7 })

t.test('the day before the first start, then hours the centre was away', { timeout: 240_000 }, async (t) => {
  const [series, clock] = [new MemorySeries(), new FakeClock(now)]
  await bringHistory(city, { series }, history, now)
  const state = await openSqliteState({ file: ':memory:', migrations: indicatorMigrations })
  const indicators = await openIndicators({ state, series, registry, clock })
  const errors: unknown[] = []
  const replay = new InstantsReplay(series)
  const onError = (error: unknown) => errors.push(error)
  const filler = new ScoreFiller({ registry, indicators, replay, clock, firstAfterMs: 30_000, onError })
  t.teardown(async () => {
    await filler[Symbol.asyncDispose]()
    await indicators.close()
    await state.close()
  })
  const said = await indicators.tick()
  await filler.run()

  const day = await indicators.history({ from: now - 24 * hourMs, to: now + minuteMs, everyMs: 10 * minuteMs })
  t.equal(day.filter(({ afterwards }) => afterwards).length, 24 * 6 - 1, 'all but the last quarter of an hour')
  t.match(day.at(-1), { at: now, score: said.score }, 'what was said is as it was said')
  t.notOk(day.at(-1)?.afterwards)
  const at = now - 2 * hourMs
  const explained = await indicators.explain({ id: 'RENL-01', at })
  const kept = (await indicators.past(at)).find(({ id }) => id === 'RENL-01')
  t.ok(kept?.value !== null && Math.abs((kept?.value ?? 0) - (explained?.indicator.value ?? Number.NaN)) < 0.2)
  const then = systemsThen(await indicators.past(at))
  t.ok(then?.systems.NERV)
  t.ok(then?.valid.includes('NERV-01'))
  t.notOk(then?.valid.includes('NERV-04'), 'nobody had timed a message then')

  // The centre is away for three hours; what the gateways held arrives when it is back.
  const away = { from: now + minuteMs, to: now + 3 * hourMs }
  const readings = [
    ...history.samples({ ...away, everyMs: minuteMs, terminals: (id) => registry.terminal(id) !== undefined }),
  ].flatMap(({ terminal, at, values }) =>
    Object.entries(values).map(([point, value]) => ({ terminal, point, at, value, quality: 'good' as const })),
  )
  await clock.advance(3 * hourMs)
  await filler.run()
  const holes = async () => {
    const found = await indicators.history({ ...away, everyMs: 10 * minuteMs })
    return found.filter(({ score }) => score !== null)
  }
  const before = await holes()
  await series.write({ envelopes: [{ gateway: 'gw', spool: 's', seq: 1, readings }], receivedAt: clock.now() })
  await filler.run()
  const after = await holes()
  t.equal(after.length, 3 * 6 - 2)
  t.ok(after.every(({ afterwards }) => afterwards))
  t.not(JSON.stringify(before), JSON.stringify(after), 'computed again with what has come')
  t.strictSame(errors, [])
})
