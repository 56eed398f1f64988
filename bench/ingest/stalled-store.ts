// A store that stands still under steady load: InfluxDB is stopped in its tracks (SIGSTOP) for a minute while fifty gateways go on. What waits stays
// with the gateways (the generator keeps what is due, as a spool does), so the centre's memory must not grow with it; afterwards all of it must be there.
//   setup/with-node bench/ingest/stalled-store.ts [--seconds 60] [--rate 20000]
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { startInfluxd } from '@civitals/storage/influxd-testing'
import { temporaryFolder } from '../../test/stage/process.ts'
import { bench, printFigures, processUsage } from '../run.ts'
import { valuesIn } from './peers/influx-count.ts'
import { gatewayWindow, planOf, spool } from './peers/load.ts'
import { Generator, pause, startCentre } from './peers/stage.ts'

const { values: options } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, rate: { type: 'string', default: '20000' } },
})
const seconds = Number(options.seconds)
const size = 50
/** Before the stop, so that compilers and caches have settled. */
const steadySeconds = 20
/** Caught up: no more is outstanding than before the stop and a second brings. */
const caughtUpWithin = 1
const catchUpAtMost = 300

await bench(async (ending) => {
  const plan = await planOf(size)
  const influxd = await startInfluxd()
  ending.teardown(() => influxd.stop())
  const centre = await startCentre(ending, temporaryFolder(ending), plan, ['--store-url', `${influxd.url}/stalled`])
  const perSecond = Number(options.rate) / size / plan.gateways.length
  const load = { port: centre.brokerPort, spool, window: gatewayWindow, acknowledgedBy: 'application' } as const
  const generator = new Generator(ending, { ...load, gateways: plan.gateways, perSecond })
  const begun = performance.now()
  const acknowledged = async (): Promise<number> => (await generator.count()).acknowledged * size
  /** Values due by now and not acknowledged; those of the time it took to connect are among them. */
  const outstanding = async (): Promise<number> =>
    ((performance.now() - begun) / 1e3) * Number(options.rate) - (await acknowledged())
  const largest = async (forSeconds: number): Promise<number> => {
    let most = 0
    for (let second = 0; second < forSeconds; second++) {
      await pause(1_000)
      most = Math.max(most, processUsage(centre.pid).residentMB)
    }
    return most
  }

  const before = await largest(steadySeconds)
  const usual = await outstanding()
  influxd.stall(true)
  const stalledAt = performance.now()
  const during = await largest(seconds)
  influxd.stall(false)
  const owed = await outstanding()
  const resumedAt = performance.now()
  let after = 0
  while ((await outstanding()) > usual + caughtUpWithin * Number(options.rate)) {
    if (performance.now() - resumedAt > catchUpAtMost * 1e3) throw new Error(`not caught up in ${catchUpAtMost} s`)
    after = Math.max(after, await largest(1))
  }
  const caughtUp = (performance.now() - resumedAt) / 1e3
  const end = await generator.stop()
  const stored = await valuesIn(influxd, 'stalled')
  const load1 = readFileSync('/proc/loadavg', 'utf8').split(' ', 1)[0]
  const stop = Math.round((resumedAt - stalledAt) / 1e3)
  printFigures(`InfluxDB stopped for ${stop} s at ${options.rate} values/s; load average ${load1}`, [
    {
      what: 'values published and not acknowledged in the end',
      measured: (end.published - end.acknowledged) * size,
      unit: '',
      atMost: 0,
    },
    {
      what: 'values acknowledged and not in InfluxDB',
      measured: end.acknowledged * size - stored,
      unit: '',
      atMost: 0,
    },
    { what: 'values outstanding when it went on', measured: Math.round(owed - usual), unit: '' },
    { what: 'caught up after', measured: caughtUp, unit: 's' },
    { what: 'resident memory of the centre before, at most', measured: before, unit: 'MB' },
    { what: 'the same while it was stopped', measured: during, unit: 'MB' },
    { what: 'the same while catching up', measured: after, unit: 'MB' },
  ])
})
