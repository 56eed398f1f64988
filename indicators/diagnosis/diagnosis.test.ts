// The chain behind deep water at the lowest site, found among 53 terminals of the pilot.
import type { IndicatorResult } from '@civitals/contracts/body'
import { demoCity } from '@civitals/simulator/city'
import { pilotWorld } from '@civitals/simulator/history'
import { stormLags } from '@civitals/simulator/storm'
import { Timeline } from '@civitals/simulator/timeline'
import { MemorySeries } from '@civitals/storage/series-memory'
import t from 'tap'
import { registryOf } from '../testing/pilot.ts'
import { openDiagnosis } from './diagnosis.ts'

const minute = 60_000
const start = Date.UTC(2026, 5, 10, 4)
const registry = registryOf(await demoCity())
const kinds = ['rain', 'manhole', 'road-water', 'traffic']

/** What the stores hold after a storm at a speed; samples as often as given. */
async function after(speed: number, everyMs: number, minutes: number, before = 0) {
  const timeline = new Timeline()
  const { world, complaints } = await pilotWorld(7, timeline)
  if (speed > 0) timeline.start(start, speed)
  const now = start + (minutes * minute) / Math.max(1, speed)
  const from = now - (360 * minute) / Math.max(1, speed)
  const terminals = (_: string, kind: string) => kinds.includes(kind)
  const samples = [
    ...world.history({ from: from - before, to: from, everyMs: minute, terminals }),
    ...world.history({ from, to: now, everyMs, terminals }),
  ]
  const readings = samples.flatMap(({ terminal, at, values }) =>
    Object.entries(values).map(([point, value]) => ({ terminal, point, at, value, quality: 'good' as const })),
  )
  const series = new MemorySeries()
  await series.write({ receivedAt: now, envelopes: [{ gateway: 'g', spool: 's', seq: 1, readings }] })
  const diagnosis = openDiagnosis({ series, registry })
  for (const { at } of complaints.between(from - before, now)) diagnosis.recordComplaint(at)
  return { diagnosis, now }
}

const water = (now: number, terminal = 'road-water-01') =>
  ({ id: 'RENL-01', at: now, worst: { terminal, point: 'depth' } }) as IndicatorResult

t.test(
  'rain -> sewer -> road -> traffic, complaints: the whole chain in its order, with lags within the true ones',
  async (t) => {
    const { diagnosis, now } = await after(1, minute, 200)
    const chain = await diagnosis.behind(water(now), now)
    t.match(chain, { indicator: 'RENL-01', tried: 4, subject: { terminal: 'road-water-01' } })
    t.match(
      chain.links.map(({ cause, effect }) => [cause.terminal, effect.terminal]),
      [
        ['rain-01', 'manhole-01'],
        ['manhole-01', 'road-water-01'],
        ['road-water-01', 'traffic-02'],
        ['road-water-01', null],
      ],
    )
    const truth = [
      stormLags.pipeAfterRain,
      stormLags.depthAfterPipe,
      stormLags.speedAfterDepth,
      stormLags.complaintsAfterDepth,
    ]
    for (const [k, { lagMs }] of chain.links.entries()) {
      const { delay, follow } = truth[k]!
      t.ok(lagMs / minute >= delay - 2 && lagMs / minute <= delay + follow + 2, `link ${k}: ${lagMs / minute} min`)
    }
  },
)

t.test('half an hour into the storm the causes stand, what has not happened yet does not', async (t) => {
  const { diagnosis, now } = await after(1, minute, 45)
  const { links } = await diagnosis.behind(water(now), now)
  t.match(links[0], { cause: { terminal: 'rain-01' }, effect: { terminal: 'manhole-01' } })
  t.ok(links.length >= 2 && links.every(({ effect }) => effect.terminal !== null))
})

t.test('a drill in fast motion is looked at in seconds', async (t) => {
  // Six hours of minutes before it: in steps of a minute the whole storm falls into three, and all seems to happen at once.
  const { diagnosis, now } = await after(60, 1000, 120, 360 * minute)
  const { links } = await diagnosis.behind(water(now), now)
  t.ok(links.length >= 2 && links.filter(({ lagMs }) => lagMs > 0).length >= 2)
  t.match(links[0], { cause: { terminal: 'rain-01' }, effect: { terminal: 'manhole-01' } })
  t.ok((links[0]?.lagMs ?? 0) > 2000 && (links[0]?.lagMs ?? 0) < 14_000)
})

t.test('an ordinary day has no chain, and what stands in no link has none to try', async (t) => {
  const { diagnosis, now } = await after(0, minute, 200)
  t.match(await diagnosis.behind(water(now), now), { tried: 4, links: [] })
  t.match(await diagnosis.behind(water(now, 'gas-01'), now), { tried: 0, links: [] })
  t.match(await diagnosis.behind({ id: 'RENL-01', at: now } as IndicatorResult, now), { subject: null, links: [] })
})
