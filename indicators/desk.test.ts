// Definitions are planned, applied and followed without a restart; what is past is not rewritten; every change is kept.
import { FakeClock } from '@civitals/contracts/clock'
import { demoCity } from '@civitals/simulator/city'
import { MemorySeries } from '@civitals/storage/series-memory'
import { openSqliteState } from '@civitals/storage/sqlite'
import t from 'tap'
import { planChanges } from './change-plan.ts'
import { openIndicators } from './indicators.ts'
import { shippedCatalogue, shippedFiles } from './io/shipped.ts'
import { indicatorMigrations } from './migrations.ts'
import { batchOf, registryOf } from './testing/pilot.ts'

const now = Date.parse('2026-06-12T09:00:00+08:00')
const registry = registryOf(await demoCity())
const renl = (await shippedFiles()).filter(({ name }) => name === 'RENL.yaml')
const edited = (...edits: readonly (readonly [string | RegExp, string])[]) =>
  renl.map(({ name, text }) => ({ name, text: edits.reduce((all, [from, to]) => all.replace(from, to), text) }))

async function open() {
  const clock = new FakeClock(now)
  const state = await openSqliteState({ file: ':memory:', migrations: indicatorMigrations })
  const options = { state, series: new MemorySeries(), registry, clock, limits: {} }
  const engine = await openIndicators(options)
  const depth = () =>
    engine
      .evaluate()
      .systems.flatMap(({ indicators }) => indicators)
      .find(({ id }) => id === 'RENL-01')
  return { clock, state, options, engine, desk: engine.definitions, depth }
}

/** A second version of RENL-01 with other anchors, from a day on. */
const stricter = (from: string) =>
  edited([
    /( {2}- id: RENL-01\n {4}version: )1(\n {4}validFrom: )2026-03-01((?:.|\n)*?)(?= {2}- id: RENL-02)/,
    `$&$12$2${from}$3`,
  ]).map(({ name, text }) => ({
    name,
    text: text.replace(/(version: 2(?:.|\n)*?anchors: )\[0, 3, 15, 27, 40, 60\]/, '$1[0, 2, 8, 15, 27, 60]'),
  }))

t.test('the first start loads what ships; the same files again change nothing', async (t) => {
  const { engine, desk, state, options } = await open()
  t.strictSame(desk.propose(await shippedFiles()).changes, [])
  const changes = await desk.changes(1000)
  t.ok(changes.length > 48 && changes.every(({ by, what }) => by === 'civitals' && what === 'add'))
  await engine.close()
  const again = await openIndicators(options)
  t.equal((await again.definitions.changes(1000)).length, changes.length)
  t.strictSame(again.definitions.propose(again.definitions.export()), {
    ...desk.propose(desk.export()),
    changes: [],
    problems: [],
  })
  await again.close()
  await state.close()
})

t.test('a version from tomorrow is planned, applied and judges from midnight on, without a restart', async (t) => {
  const { clock, engine, desk, depth, state } = await open()
  const files = stricter('2026-06-13')
  const { plan, changes, problems } = desk.propose(files)
  t.strictSame(problems, [])
  t.match(changes, [{ what: 'add', key: 'RENL-01', version: 2, from: '2026-06-13', before: null }])
  await t.rejects(desk.apply(files, 'another', { by: 'li', why: 'x' }), { code: 'CIV_INDICATORS_PLAN_STALE' })
  await desk.apply(files, plan, { by: 'li', why: 'underpasses close at 15 cm' })
  const feed = () => {
    const readings = ['road-water-01', 'road-water-02', 'road-water-03'].map((terminal) => ({
      terminal,
      point: 'depth',
      at: clock.now(),
      value: 15,
      quality: 'good' as const,
    }))
    engine.step(batchOf(readings, clock.now()))?.committed()
  }
  feed()
  t.match(depth(), { version: '1', score: 70 })
  await clock.advance(15 * 3_600_000)
  feed()
  await engine.tick()
  await engine.close()
  t.match(depth(), { version: '2', score: 50 })
  t.match(await desk.changes(1), [
    { by: 'li', why: 'underpasses close at 15 cm', key: 'RENL-01', version: 2, from: '2026-06-13', before: null },
  ])
  t.equal(desk.on('2026-06-12').find(({ system }) => system === 'RENL')?.inForce[0]?.version, 1, 'yesterday stays')
  await state.close()
})

t.test('a definition that reads another point is followed with windows rebuilt from the store', async (t) => {
  const { clock, engine, desk, state, options } = await open()
  const at = now - 5 * 60_000
  const readings = Array.from({ length: 5 }, (_, k) => ({
    terminal: 'manhole-01',
    point: 'level',
    at: at + k * 60_000,
    value: 88,
    quality: 'good' as const,
  }))
  await options.series.write(batchOf(readings, now))
  const files = edited([
    /indicators:\n/,
    `indicators:
  - id: RENL-10
    version: 1
    validFrom: 2026-06-12
    state: trial
    name: { zh: 电量, en: Battery }
    unit: percent
    weight: 0
    anchors: [100, 80, 60, 40, 20, 0]
    source: platform convention
    inputs: [{ kind: manhole, points: [level] }]
    formula: latest-min
    windowMinutes: 60
    spatial: worst
    minimum: { coverage: 0, sites: 0.1 }
    holdForMinutes: 0
`,
  ])
  const { plan, problems } = desk.propose(files)
  t.strictSame(problems, [])
  await desk.apply(files, plan, { by: 'li', why: 'on trial' })
  const body = engine.evaluate()
  t.match(body.trial, [{ id: 'RENL-10', value: 88, score: 91 }])
  t.notOk(
    body.systems.some(({ indicators }) => indicators.some(({ id }) => id === 'RENL-10')),
    'shown, not counted',
  )
  engine
    .step(batchOf([{ terminal: 'manhole-01', point: 'level', at: clock.now(), value: 55, quality: 'good' }], now))
    ?.committed()
  await clock.advance(1)
  t.match(engine.evaluate().trial, [{ value: 55 }], 'and fed from then on')
  await engine.close()
  await state.close()
})

t.test('what cannot be right is refused, with file and line; what is past is not rewritten', async (t) => {
  const { engine, desk, state } = await open()
  const problemsOf = (files: ReturnType<typeof edited>) => desk.propose(files).problems
  t.match(problemsOf(stricter('2026-06-01')), [/RENL-01 version 2 begins on 2026-06-01: what is past is not rewritten/])
  t.match(problemsOf(edited(['[0, 3, 15, 27, 40, 60]', '[0, 3, 16, 27, 40, 60]'])), [
    /RENL-01 version 1 is in force .* needs version 2/,
  ])
  t.match(problemsOf(edited(['standards: [GB 5749-2022]', 'standards: [GB 5749-1985]'])), [
    /^RENL.yaml:\d+:\d+: .*unknown standard GB 5749-1985/,
  ])
  t.match(problemsOf(edited(['standards: [CJJ 58]', 'standards: [HJ 633-2012]'])), [
    /^RENL.yaml:\d+:\d+: .*HJ 633-2012 expired on 2026-02-28/,
  ])
  t.match(problemsOf(edited([/weight: 0.16\n/, 'weight: 0.17\n'])), [/RENL version 1 has applied since/])
  await engine.close()
  await state.close()
})

t.test('a point that no terminal has is named with its line', async (t) => {
  const { checkDefinitions } = await import('./lint.ts')
  const [file] = edited(['points: [depth]', 'points: [depht]'])
  const checked = checkDefinitions(file!.text, file!.name, new Map([['road-water', new Set(['depth'])]]))
  t.notOk(checked.ok)
  if (checked.ok) return
  t.match(checked.problems[0], {
    line: 21,
    path: 'indicators.0.inputs.0.points.0',
    message: 'unknown point road-water/depht',
  })
  t.match(
    checked.problems.map(({ message }) => message),
    [/depht/, /no terminal of kind/],
  )
})

t.test('the lifecycle goes forward only, and a trial comes into force from its own day', async (t) => {
  const stored = await shippedCatalogue()
  const [first, ...others] = stored.indicators
  const problems = (over: object, before: object = {}) =>
    planChanges(
      { ...stored, indicators: [{ ...first!, ...before }, ...others] },
      { ...stored, indicators: [{ ...first!, ...before, ...over }, ...others] },
      '2026-06-12',
    ).problems
  t.match(problems({ state: 'draft' }), [/is in force and cannot go back to draft/])
  t.match(problems({ state: 'in force' }, { state: 'trial' }), [/was tried since .* put it in force as version 2/])
  t.match(problems({ state: 'retired', validTo: '2026-06-01' }), [/would end on 2026-06-01, in the past/])
  t.strictSame(problems({ state: 'retired', validTo: '2026-06-30' }), [])
  t.strictSame(problems({ anchors: [0, 1, 2, 3, 4, 5] }, { state: 'draft' }), [], 'a draft is free to change')
})
