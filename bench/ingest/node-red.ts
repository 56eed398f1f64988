// Into InfluxDB by Node-RED and by the centre, one after the other: the same envelopes at the same rate from the same generator to the same server. Counted
// is what the server has in the end, by its own command line. Each side with its broker: Mosquitto before Node-RED, Aedes inside the centre.
//   setup/with-node bench/ingest/node-red.ts [--rates 20000,100000] [--seconds 60] [--installed FOLDER, kept for the next run]
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Influxd, startInfluxd } from '@civitals/storage/influxd-testing'
import { type Ending, temporaryFolder } from '../../test/stage/process.ts'
import { bench, printFigures, processUsage } from '../run.ts'
import { valuesIn } from './peers/influx-count.ts'
import { gatewayWindow, type Plan, planOf, spool } from './peers/load.ts'
import { installedNodeRed, startNodeRed, versions } from './peers/node-red.ts'
import { Generator, pause, startCentre, steadySeconds } from './peers/stage.ts'

const { values: options } = parseArgs({
  options: {
    rates: { type: 'string', default: '20000,100000' },
    seconds: { type: 'string', default: String(steadySeconds) },
    installed: { type: 'string' },
  },
})
const size = 50
const seconds = Number(options.seconds)
/** What was published and is not there so long after the last that came is lost. */
const idleSeconds = 10

interface Side {
  readonly published: number
  readonly stored: number
  readonly valuesPerSecond: number
  readonly cores: number
  readonly residentMB: number
}

interface Course {
  readonly ending: Ending
  readonly influxd: Influxd
  readonly plan: Plan
  readonly rate: number
}

/** Publishes at the rate, waits until all of it is in the database or nothing more comes. */
async function run(
  { ending, influxd, plan, rate }: Course,
  side: { readonly port: number; readonly pids: readonly number[]; readonly acknowledgedBy: 'application' | 'puback' },
  database: string,
): Promise<Side> {
  const usage = () => side.pids.map(processUsage)
  const cpu = (): number => usage().reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0)
  const resident = (): number => usage().reduce((sum, { residentMB }) => sum + residentMB, 0)
  const { port, acknowledgedBy } = side
  const load = { port, acknowledgedBy, spool, window: gatewayWindow, perSecond: rate / size / plan.gateways.length }
  const [begun, before] = [performance.now(), cpu()]
  const generator = new Generator(ending, { ...load, gateways: plan.gateways })
  let most = 0
  for (let second = 0; second < seconds; second++) {
    await pause(1_000)
    most = Math.max(most, resident())
  }
  const published = (await generator.stop()).published * size
  let [stored, idle] = [0, 0]
  let endedAt = performance.now()
  while (stored < published && idle < idleSeconds) {
    const now = await valuesIn(influxd, database)
    if (now > stored) [stored, idle, endedAt] = [now, 0, performance.now()]
    else idle++
    most = Math.max(most, resident())
    if (stored < published) await pause(1_000)
  }
  const took = (endedAt - begun) / 1e3
  return { published, stored, valuesPerSecond: stored / took, cores: (cpu() - before) / took, residentMB: most }
}

async function nodeRedSide(course: Course, installed: string, database: string): Promise<Side> {
  const { brokerPort, pids, stop } = await startNodeRed(course.ending, installed, course.influxd.url, database)
  const side = await run(course, { port: brokerPort, pids, acknowledgedBy: 'puback' }, database)
  await stop()
  return side
}

async function centreSide(course: Course, database: string): Promise<Side> {
  const { ending, influxd, plan } = course
  const more = ['--store-url', `${influxd.url}/${database}`]
  const centre = await startCentre(ending, temporaryFolder(ending), plan, more)
  const side = await run(
    course,
    { port: centre.brokerPort, pids: [centre.pid], acknowledgedBy: 'application' },
    database,
  )
  await centre.running.kill('SIGTERM')
  return side
}

const figuresOf = (name: string, side: Side, targets: { readonly lost?: number }) => [
  { what: `${name}: values in InfluxDB a second`, measured: Math.round(side.valuesPerSecond), unit: 'values/s' },
  {
    ...{ what: `${name}: values published and lost`, measured: side.published - side.stored },
    ...{ unit: `of ${side.published}`, ...(targets.lost !== undefined && { atMost: targets.lost }) },
  },
  { what: `${name}: cores, broker included`, measured: side.cores, unit: '' },
  {
    what: `${name}: processor time for a million values in InfluxDB`,
    measured: (side.cores / side.valuesPerSecond) * 1e6,
    unit: 's',
  },
  { what: `${name}: resident memory, broker included, at most`, measured: side.residentMB, unit: 'MB' },
]

await bench(async (ending) => {
  const plan = await planOf(size)
  const installed = installedNodeRed(ending, options.installed)
  for (const rate of options.rates.split(',').map(Number)) {
    const influxd = await startInfluxd()
    ending.teardown(() => influxd.stop())
    const course = { ending, influxd, plan, rate }
    const query = (q: string) => fetch(`${influxd.url}/query`, { method: 'POST', body: new URLSearchParams({ q }) })
    await query('CREATE DATABASE red')
    const red = await nodeRedSide(course, installed, 'red')
    await query('DROP DATABASE red')
    const centre = await centreSide(course, 'centre')
    await influxd.stop()
    const load = readFileSync('/proc/loadavg', 'utf8').split(' ', 1)[0]
    const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
    printFigures(
      `Into InfluxDB at ${rate} values/s for ${seconds} s, ${size} values an envelope: the centre beside ${named.join(' with ')}; load average ${load}`,
      [...figuresOf('Civitals', centre, { lost: 0 }), ...figuresOf('Node-RED', red, {})],
    )
  }
})
