import { demoCity } from '@civitals/simulator/city'
import t from 'tap'
import { shippedDefinitions } from '../io/shipped.ts'
import { shippedLimits } from '../io/shipped-limits.ts'
import { registryOf } from '../testing/pilot.ts'
import { localTimeOf } from './local-time.ts'
import { planWindows } from './plan.ts'
import { Windows } from './windows.ts'

const minuteMs = 60_000
const now = Date.parse('2026-06-12T09:00:00+08:00')
const city = await demoCity()
const plan = planWindows((await shippedDefinitions()).flatMap(({ inForce }) => inForce))
const windows = new Windows(plan, registryOf(city), localTimeOf(city.timeZone), await shippedLimits())

t.test('a thermometer that stands out from its three neighbours is suspect until it agrees again', async (t) => {
  const flags: number[] = []
  const feed = (minute: number, odd: number): void => {
    const at = now + minute * minuteMs
    for (const [k, terminal] of ['air-01', 'air-02', 'air-03', 'air-04'].entries()) {
      const value = (terminal === 'air-04' ? odd : 24) + k / 10 + minute / 100
      windows.add({ terminal, point: 'temperature', at, value, quality: 'good' })
    }
    windows.checkNeighbours(at)
    flags.push(windows.of('air-04')?.series.get('temperature')?.flags(at, 60).suspect ?? 0)
  }
  for (const [minute, odd] of [25, 32, 34.5, 34.5, 31.6, 28.7, 25.8, 25.8, 25.8].entries()) feed(minute, odd)
  t.equal(
    windows
      .of('air-01')
      ?.series.get('temperature')
      ?.flags(now + 9 * minuteMs, 60).suspect,
    0,
    'the others are not',
  )
  // The jump by seven degrees is suspect by itself; from then on the neighbours say it until two degrees remain.
  t.equal(flags.at(-1), flags.at(-2), 'no more once it agrees')
  t.ok((flags.at(-1) ?? 0) >= 4, `${flags}`)
})
