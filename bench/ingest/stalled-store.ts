// A store that stands still under steady load, for a minute while fifty gateways go on: InfluxDB stopped in its tracks (SIGSTOP), and DuckDB whose
// transactions do not begin. What waits stays with the gateways (the generator keeps what is due, as a spool does), so the centre's memory must not grow
// with it; afterwards all of it must be there.
//   setup/with-node bench/ingest/stalled-store.ts [--seconds 60] [--rate 20000] [--stores influxdb,duckdb]
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '@civitals/contracts/system-clock'
import { openDuckdbSeries } from '@civitals/storage/duckdb'
import { startInfluxd } from '@civitals/storage/influxd-testing'
import { type Ending, temporaryFolder } from '../../test/stage/process.ts'
import { bench, printFigures, processUsage } from '../run.ts'
import { valuesIn } from './peers/influx-count.ts'
import { gatewayWindow, planOf, spool } from './peers/load.ts'
import { type CentreProcess, Generator, pause, startCentre } from './peers/stage.ts'

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '20000' },
    stores: { type: 'string', default: 'influxdb,duckdb' },
  },
})
const seconds = Number(options.seconds)
const rate = Number(options.rate)
const size = 50
/** Before the stop, so that compilers and caches have settled. */
const steadySeconds = 20
/** Caught up: no more is outstanding than before the stop and a second brings. */
const caughtUpWithin = 1
const catchUpAtMost = 300
/** What the centre may have more in memory while its store stands still: one settlement and what was on its way. */
const growthAtMostMB = 64

interface Store {
  readonly name: string
  /** Words of `civitals up`, and the environment it is started in. */
  readonly words: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** Stops it, or lets it go on. */
  stall(centre: CentreProcess, stalled: boolean): void
  /** Values in it, once the centre has ended. */
  stored(centre: CentreProcess): Promise<number>
}

async function influxdb(ending: Ending): Promise<Store> {
  const influxd = await startInfluxd()
  ending.teardown(() => influxd.stop())
  return {
    ...{ name: 'InfluxDB', words: ['--store-url', `${influxd.url}/stalled`], env: {} },
    stall: (_, stalled) => influxd.stall(stalled),
    stored: () => valuesIn(influxd, 'stalled'),
  }
}

const heldByUs = join(import.meta.dirname, 'peers/held-duckdb.ts')

const duckdb: Store = {
  ...{ name: 'DuckDB', words: [], env: { NODE_OPTIONS: `--import=${heldByUs}` } },
  stall: ({ pid }) => void process.kill(pid, 'SIGUSR2'),
  stored: async ({ data }) => {
    await using series = await openDuckdbSeries({ folder: join(data, 'series'), clock: systemClock })
    return await series.count()
  },
}

async function stalled(ending: Ending, store: Store): Promise<void> {
  const plan = await planOf(size)
  const centre = await startCentre(ending, temporaryFolder(ending), plan, store.words, store.env)
  const perSecond = rate / size / plan.gateways.length
  const load = { port: centre.brokerPort, spool, window: gatewayWindow, acknowledgedBy: 'application' } as const
  const generator = new Generator(ending, { ...load, gateways: plan.gateways, perSecond })
  const begun = performance.now()
  const acknowledged = async (): Promise<number> => (await generator.count()).acknowledged * size
  /** Values due by now and not acknowledged; those of the time it took to connect are among them. */
  const outstanding = async (): Promise<number> => ((performance.now() - begun) / 1e3) * rate - (await acknowledged())
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
  store.stall(centre, true)
  const stalledAt = performance.now()
  await pause(1_000)
  const settledBefore = await acknowledged()
  const during = await largest(seconds - 1)
  const settledMeanwhile = (await acknowledged()) - settledBefore
  store.stall(centre, false)
  const owed = await outstanding()
  const resumedAt = performance.now()
  let after = 0
  while ((await outstanding()) > usual + caughtUpWithin * rate) {
    if (performance.now() - resumedAt > catchUpAtMost * 1e3) throw new Error(`not caught up in ${catchUpAtMost} s`)
    after = Math.max(after, await largest(1))
  }
  const caughtUp = (performance.now() - resumedAt) / 1e3
  const end = await generator.stop()
  await centre.running.kill('SIGTERM')
  const notStored = end.acknowledged * size - (await store.stored(centre))
  const load1 = readFileSync('/proc/loadavg', 'utf8').split(' ', 1)[0]
  const stop = Math.round((resumedAt - stalledAt) / 1e3)
  printFigures(`${store.name} stopped for ${stop} s at ${rate} values/s; load average ${load1}`, [
    {
      what: 'values published and not acknowledged in the end',
      measured: (end.published - end.acknowledged) * size,
      unit: '',
      atMost: 0,
    },
    { what: `values acknowledged and not in ${store.name}`, measured: notStored, unit: '', atMost: 0 },
    { what: 'values acknowledged while it was stopped', measured: settledMeanwhile, unit: '', atMost: 0 },
    { what: 'values outstanding when it went on', measured: Math.round(owed - usual), unit: '' },
    { what: 'caught up after', measured: caughtUp, unit: 's', atMost: seconds },
    { what: 'resident memory of the centre before, at most', measured: before, unit: 'MB' },
    {
      what: 'the same while it was stopped',
      measured: during,
      unit: 'MB',
      atMost: Math.round(before + growthAtMostMB),
    },
    { what: 'the same while catching up', measured: after, unit: 'MB' },
  ])
}

for (const name of options.stores.split(',')) {
  await bench(async (ending) => await stalled(ending, name === 'duckdb' ? duckdb : await influxdb(ending)))
}
