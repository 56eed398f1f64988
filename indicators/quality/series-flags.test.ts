import { SeriesFlagsSchema } from '@civitals/contracts/series-flags'
import { demoCity } from '@civitals/simulator/city'
import { MemorySeries } from '@civitals/storage/series-memory'
import t from 'tap'
import { Value } from 'typebox/value'
import { shippedLimits } from '../io/shipped-limits.ts'
import { type Contents, registryOf } from '../testing/pilot.ts'
import { seriesFlags } from './series-flags.ts'

const minuteMs = 60_000
const now = Date.parse('2026-06-12T09:00:00+08:00')
const registry = registryOf(await demoCity())
const limits = await shippedLimits()
const minute = (back: number): number => now - back * minuteMs

t.test(
  'stored readings are judged again: what failed and why, a gap, and what lies before the stretch counts for a flat line',
  async (t) => {
    const readings = new Map()
    for (let back = 300; back >= 1; back--) {
      if (back > 20 && back <= 30) continue
      // The same from 300 to 101 minutes ago; lively afterwards, with one spike.
      const value = back > 100 ? 40 : back === 50 ? 700 : 40 + (back % 7)
      readings.set(minute(back), { terminal: 'air-01', point: 'no2', at: minute(back), value, quality: 'good' })
    }
    const contents: Contents = new Map([['air-01/no2' as never, readings]])
    const query = { terminal: 'air-01', point: 'no2', from: minute(120), to: now }
    const found = await seriesFlags(query, new MemorySeries({ contents }), registry, limits)
    t.ok(Value.Check(SeriesFlagsSchema, found))
    t.strictSame(
      found?.spans.map(({ from, to, flag, tests }) => [
        (now - from) / minuteMs,
        (now - to) / minuteMs,
        flag,
        tests.join(),
      ]),
      [
        [120, 101, 4, 'flat'],
        [50, 50, 4, 'rate,spike'],
        [30, 20, 9, ''],
      ],
    )
    t.strictSame(found?.counts, { pass: 89, suspect: 0, fail: 21, missing: 0 })
    t.equal(
      await seriesFlags({ ...query, point: 'nothing' }, new MemorySeries({ contents }), registry, limits),
      undefined,
    )
  },
)
