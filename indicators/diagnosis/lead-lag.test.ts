// The storm of the simulator is the oracle: its lags stand in simulator/scenario/storm.ts, and its sensors are noisy.

import { pilotWorld } from '@civitals/simulator/history'
import { stormLags } from '@civitals/simulator/storm'
import { Timeline } from '@civitals/simulator/timeline'
import t from 'tap'
import { normals } from '../testing/made-series.ts'
import { leadLag } from './lead-lag.ts'

const minute = 60_000
const steps = 360
const start = Date.UTC(2026, 5, 10, 4)

/** Six hours around a storm that takes its natural time, by the minute. */
async function storm(seed: number, rains: boolean) {
  const timeline = new Timeline()
  const { world, complaints } = await pilotWorld(seed, timeline)
  if (rains) timeline.start(start, 1)
  const from = start - 150 * minute
  const series = (terminal: string, point: string) =>
    Float64Array.from({ length: steps }, (_, k) => world.value(terminal, point, from + k * minute) ?? Number.NaN)
  const counted = (k: number) => complaints.between(from + k * minute, from + (k + 1) * minute).length
  return {
    rain: series('rain-01', 'intensity'),
    sewer: series('manhole-01', 'level'),
    depth: series('road-water-01', 'depth'),
    speed: series('traffic-02', 'speed'),
    complaints: Float64Array.from({ length: steps }, (_, k) => counted(k)),
  }
}

/** A lag is right between the pure delay and delay and inertia together; two minutes are the grain of minutes and counts. */
const within = (lag: number | undefined, { delay, follow }: { delay: number; follow: number }): boolean =>
  lag !== undefined && lag >= delay - 2 && lag <= delay + follow + 2

t.test(
  'rain, sewer, road, traffic and complaints follow each other with the true lags, whatever the seed',
  async (t) => {
    for (const seed of [3, 5, 7, 11]) {
      const { rain, sewer, depth, speed, complaints } = await storm(seed, true)
      const ask = { mostSteps: 60, sign: 1 } as const
      const pipe = leadLag({ ...ask, cause: rain, effect: sewer })
      t.ok(within(pipe?.lag, stormLags.pipeAfterRain), `rain -> sewer ${pipe?.lag}`)
      const road = leadLag({ ...ask, cause: sewer, effect: depth })
      t.ok(within(road?.lag, stormLags.depthAfterPipe), `sewer -> road ${road?.lag}`)
      const slow = leadLag({ ...ask, cause: depth, effect: speed, sign: -1 })
      t.ok(within(slow?.lag, stormLags.speedAfterDepth), `road -> speed ${slow?.lag}`)
      const calls = leadLag({ ...ask, cause: depth, effect: complaints, counts: true })
      t.ok(within(calls?.lag, stormLags.complaintsAfterDepth), `road -> complaints ${calls?.lag}`)
      for (const one of [pipe, road, slow, calls]) t.ok(one && one.z >= one.needed && one.needed > 2.8)
    }
  },
)

t.test('nothing leads the other way, with the other sign, or on an ordinary day', async (t) => {
  const wet = await storm(7, true)
  const ask = { mostSteps: 60, sign: 1 } as const
  t.equal(leadLag({ ...ask, cause: wet.sewer, effect: wet.rain }), undefined)
  t.equal(leadLag({ ...ask, cause: wet.depth, effect: wet.sewer }), undefined)
  t.equal(leadLag({ ...ask, cause: wet.depth, effect: wet.speed }), undefined)
  const dry = await storm(7, false)
  t.equal(leadLag({ ...ask, cause: dry.rain, effect: dry.sewer }), undefined, 'no rain fell')
  t.equal(leadLag({ ...ask, cause: dry.depth, effect: dry.speed, sign: -1 }), undefined)
})

t.test('two series that only drift are related by chance in one case of twenty, not more', async (t) => {
  let found = 0
  const tries = 200
  for (let seed = 0; seed < tries; seed++) {
    const [a, b] = [normals(2 * seed + 1), normals(2 * seed + 2)]
    let [x, y] = [0, 0]
    const cause = Float64Array.from({ length: steps }, () => (x = 0.98 * x + a()))
    const effect = Float64Array.from({ length: steps }, () => (y = 0.98 * y + b()))
    if (leadLag({ cause, effect, mostSteps: 60, sign: 1 })) found++
  }
  t.ok(found <= 0.05 * tries, `${found} of ${tries}`)
})

t.test('too little and what does not move lead nowhere', async (t) => {
  const flat = new Float64Array(steps)
  const noise = normals(1)
  const moving = Float64Array.from({ length: steps }, noise)
  t.equal(leadLag({ cause: flat, effect: moving, mostSteps: 60, sign: 1 }), undefined)
  t.equal(leadLag({ cause: moving, effect: flat, mostSteps: 60, sign: 1 }), undefined)
  t.equal(leadLag({ cause: moving.subarray(0, 20), effect: moving.subarray(0, 20), mostSteps: 5, sign: 1 }), undefined)
})
