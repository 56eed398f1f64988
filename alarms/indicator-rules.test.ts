// Rules on indicators: evaluated with the body, one alarm per indicator and area, invalid results decide nothing.
import type { IndicatorResult } from '@civitals/contracts/body'
import t from 'tap'
import { type Desk, depthRule, noon, openDesk } from './testing/desk.ts'

const aqi = (value: number | null, over: Partial<IndicatorResult> = {}): IndicatorResult => ({
  id: 'RESP-01',
  version: '1',
  system: 'RESP',
  area: '440607',
  name: { zh: '空气质量指数', en: 'AQI' },
  vital: false,
  unit: 'none',
  value,
  at: noon,
  score: 70,
  grade: 'B',
  valid: true,
  quality: 'good',
  confidence: 1,
  weight: 1,
  contribution: null,
  coverage: 1,
  anchors: [0, 50, 100, 150, 200, 300],
  normal: [null, 100],
  inputs: [],
  source: { zh: '测试', en: 'test' },
  ...over,
})

const { matter: _, ...bare } = depthRule({ condition: { limit: 100, deadband: 2 } })
const rule = { ...bare, id: 'aqi', subject: { indicator: 'RESP-01' }, unit: 'none', matter: 'air-pollution' }

async function evaluate(desk: Desk, results: readonly IndicatorResult[], seconds: number): Promise<void> {
  const effect = desk.engine.evaluateIndicators(results, noon + seconds * 1000)
  if (!effect) return
  await desk.state.transaction((tx) => effect.write(tx))
  effect.committed()
}

t.test('an indicator beyond its limit raises an alarm for its area, and returns', async (t) => {
  await using desk = await openDesk({ rules: [rule] })
  await evaluate(desk, [aqi(114), aqi(90, { area: '440607001' })], 0)
  t.match(await desk.live(), [
    { subject: { kind: 'indicator', indicator: 'RESP-01', area: '440607' }, area: '440607', value: 114, unit: 'none' },
  ])
  await evaluate(desk, [aqi(null, { valid: false }), aqi(50, { valid: false })], 60)
  await evaluate(desk, [aqi(90)], 120)
  t.match(await desk.live(), [{ state: 'unacknowledged' }], 'what is not valid neither ends it nor starts the delay')
  await evaluate(desk, [aqi(90)], 180)
  t.match(await desk.live(), [{ state: 'returned' }])
})

t.test('an indicator without a rule costs nothing', async (t) => {
  await using desk = await openDesk({ rules: [rule] })
  t.equal(desk.engine.evaluateIndicators([aqi(500, { id: 'SENS-01' })], noon), undefined)
})
