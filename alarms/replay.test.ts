// Rules over history raise what the engine would have raised, with the same onsets and returns.
import { registryView } from '@civitals/contracts/registry-view'
import { demoCity } from '@civitals/simulator/city'
import t from 'tap'
import { AlarmReplay } from './replay.ts'
import { depthRule, noon } from './testing/desk.ts'

const registry = registryView(await demoCity())
const minute = 60_000
const rise = [0, 5, 10, 20, 25, 30, 20, 10, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
const times = [...rise, ...rise].map((_, k) => noon + k * minute)

t.test('an onset and a return for each time the water came, in event time', async (t) => {
  const judge = new AlarmReplay([depthRule()], registry)
  judge.series('road-water-01', 'depth', times, [...rise, ...rise])
  t.equal(judge.alarms.length, 2)
  const [first, second] = judge.alarms
  t.equal(first?.rule, depthRule().id)
  t.ok(first!.onset >= noon + 3 * minute && first!.onset < noon + 6 * minute)
  t.ok((first?.returned ?? 0) > first!.onset && (first?.returned ?? 0) < noon + 20 * minute)
  t.equal(second!.onset - first!.onset, 20 * minute)
})

t.test('in parts or at once, it is the same; a series no rule looks at raises nothing', async (t) => {
  const [whole, parts] = [new AlarmReplay([depthRule()], registry), new AlarmReplay([depthRule()], registry)]
  whole.series('road-water-01', 'depth', times, [...rise, ...rise])
  for (const [k, at] of times.entries()) parts.series('road-water-01', 'depth', [at], [[...rise, ...rise][k]!])
  t.strictSame(parts.alarms, whole.alarms)
  const other = new AlarmReplay([depthRule()], registry)
  other.series('air-01', 'pm25', times, [...rise, ...rise])
  t.strictSame(other.alarms, [])
})
