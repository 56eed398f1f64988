import t from 'tap'
import { shippedDefinitions } from '../io/shipped.ts'
import { shippedLimits } from '../io/shipped-limits.ts'
import { checkLimits } from './limits-lint.ts'

const wrong = (yaml: string): string => {
  const checked = checkLimits(yaml, 'limits.yaml')
  return checked.ok ? 'ok' : checked.problems.map(({ line, message }) => `${line}: ${message}`).join('; ')
}

t.test('every point that can score has limits, unless it is a setting or a switch', async (t) => {
  const limits = await shippedLimits()
  const settings = new Set(['free_speed', 'bays', 'lamps_due', 'open', 'fault'])
  for (const { inForce } of await shippedDefinitions()) {
    for (const { id, inputs = [] } of inForce) {
      for (const { kind, points } of inputs) {
        for (const point of points.filter((one) => !settings.has(one)))
          t.ok(limits[kind]?.points[point]?.range, `${id}: ${kind}.${point}`)
      }
    }
  }
})

t.test('points of vital signs are hazards: no step, spike or flat line hides them', async (t) => {
  const limits = await shippedLimits()
  for (const { inForce } of await shippedDefinitions()) {
    for (const { id, inputs = [] } of inForce.filter(({ vital }) => vital)) {
      for (const { kind, points } of inputs) {
        for (const point of points) {
          const found = limits[kind]?.points[point]
          if (found?.step || found?.spike || found?.flat) t.equal(found.hazard, true, `${id}: ${kind}.${point}`)
        }
      }
    }
  }
})

t.test('limits that contradict themselves do not load, and say where', async (t) => {
  const air = (limits: string): string => `kinds:\n  air:\n    points:\n      pm25:\n        ${limits}\n`
  t.match(wrong(air('range: { sensor: [10, 0], source: x }')), /^4: sensor range must rise/)
  t.match(wrong(air('range: { sensor: [0, 10], user: [0, 20], source: x }')), /within the sensor range/)
  t.match(wrong(air('spike: { suspect: 9, fail: 3, source: x }')), /suspect before it fails/)
  t.match(wrong(air('range: { sensor: [0, 10] }')), /source/)
  t.match(wrong(air('rnage: { sensor: [0, 10], source: x }')), /^5: unknown key; did you mean range/)
})
