// The whole path into InfluxDB beside what the official client alone writes to the same server in the same run, the same terminals on both
// sides, one after the other. Generator, centre, client and server are processes of their own on this machine.
// Counted is what was acknowledged after settlement; afterwards the server counts what it has, by its own command line.
//   setup/with-node bench/ingest/influx.ts [VALUES]      default 50 values an envelope; CIVITALS_BENCH=short
import { readFileSync } from 'node:fs'
import { startInfluxd } from '@civitals/storage/influxd-testing'
import { type Ending, temporaryFolder } from '../../test/stage/process.ts'
import { bench, printFigures, processUsage } from '../run.ts'
import { valuesIn } from './peers/influx-count.ts'
import { gatewayWindow, type Plan, planOf, spool } from './peers/load.ts'
import { Generator, Peer, pause, startCentre, steadySeconds, warmSeconds } from './peers/stage.ts'

const size = Number(process.argv[2] ?? 50)

interface Side {
  readonly valuesPerSecond: number
  readonly cores: number
}

/** Lets it run warm, then counts for the steady time. `count` gives values so far. */
async function steady(pid: number, count: () => Promise<number>): Promise<Side> {
  await pause(warmSeconds * 1e3)
  const [before, usage, begun] = [await count(), processUsage(pid), performance.now()]
  await pause(steadySeconds * 1e3)
  const [after, then, ended] = [await count(), processUsage(pid), performance.now()]
  const seconds = (ended - begun) / 1e3
  return {
    valuesPerSecond: (after - before) / seconds,
    cores: (then.cpuSeconds - usage.cpuSeconds) / seconds,
  }
}

async function clientSide(ending: Ending, url: string, { gateways }: Plan): Promise<Side> {
  await fetch(`${url}/query`, { method: 'POST', body: new URLSearchParams({ q: 'CREATE DATABASE alone' }) })
  const client = new Peer(ending, 'client-alone.ts')
  await client.ask({ url, database: 'alone', gateways })
  const side = await steady(client.child.pid ?? 0, async () => (await client.ask<{ stored: number }>('count')).stored)
  client.child.kill('SIGKILL')
  return side
}

async function centreSide(ending: Ending, url: string, plan: Plan) {
  const centre = await startCentre(ending, temporaryFolder(ending), plan, ['--store-url', `${url}/whole`])
  const load = { port: centre.brokerPort, spool, window: gatewayWindow, acknowledgedBy: 'application' } as const
  const generator = new Generator(ending, { ...load, gateways: plan.gateways })
  const acknowledged = async (): Promise<number> => (await generator.count()).acknowledged * plan.valuesPerEnvelope
  const side = await steady(centre.pid, acknowledged)
  const residentMB = processUsage(centre.pid).residentMB
  const end = await generator.stop()
  await centre.running.kill('SIGTERM')
  return {
    side,
    residentMB,
    acknowledged: end.acknowledged * plan.valuesPerEnvelope,
    unacknowledged: (end.published - end.acknowledged) * plan.valuesPerEnvelope,
  }
}

await bench(async (ending) => {
  const plan = await planOf(size)
  const influxd = await startInfluxd()
  ending.teardown(() => influxd.stop())
  const alone = await clientSide(ending, influxd.url, plan)
  const { side, residentMB, acknowledged, unacknowledged } = await centreSide(ending, influxd.url, plan)
  const load = readFileSync('/proc/loadavg', 'utf8').split(' ', 1)[0]
  const sides = `${plan.gateways.length} connections, ${size} values an envelope, ${steadySeconds} s a side`
  const ratio = side.valuesPerSecond / alone.valuesPerSecond
  printFigures(`Whole path into InfluxDB, ${sides}; load average ${load}`, [
    { what: 'values acknowledged a second', measured: Math.round(side.valuesPerSecond), unit: 'values/s' },
    { what: 'the official client alone', measured: Math.round(alone.valuesPerSecond), unit: 'values/s' },
    { what: 'whole path : client alone', measured: ratio, unit: '', atLeast: 0.6 },
    { what: 'cores: the centre', measured: side.cores, unit: '' },
    { what: 'cores: the client', measured: alone.cores, unit: '' },
    { what: 'resident memory of the centre', measured: residentMB, unit: 'MB' },
    { what: 'values published and not acknowledged in the end', measured: unacknowledged, unit: '', atMost: 0 },
    {
      what: 'values acknowledged and not in InfluxDB',
      measured: acknowledged - (await valuesIn(influxd, 'whole')),
      unit: '',
      atMost: 0,
    },
  ])
})
