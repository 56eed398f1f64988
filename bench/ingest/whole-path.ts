// From 50 MQTT connections to acknowledged readings, through the real centre with the demonstration's terminals and all rules, beside the
// bare ceiling of the same run (peers/bare-ceiling.ts). Generator, centre and ceiling are processes of their own on this machine.
// Counted is what was acknowledged after settlement; afterwards it is looked for in the store.
//   setup/with-node bench/ingest/whole-path.ts [VALUES ...]     CIVITALS_BENCH=short, CIVITALS_BENCH_PROFILE=DIR
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@civitals/contracts/system-clock'
import { openDuckdbSeries } from '@civitals/storage/duckdb'
import { type Ending, temporaryFolder } from '../../test/stage/process.ts'
import { bench, type Figure, printFigures, processUsage } from '../run.ts'
import { gatewayWindow, type Plan, planOf, spool } from './peers/load.ts'
import { Generator, Peer, pause, startCentre, steadySeconds, warmSeconds } from './peers/stage.ts'

const asked = process.argv.slice(2).map(Number)
const sizes = asked.length > 0 ? asked : [50, 5]

interface Side {
  readonly envelopesPerSecond: number
  readonly cores: number
  readonly residentMB: number
}

/** Lets it run warm, then counts for the steady time. `count` gives envelopes so far. */
async function steady(pid: number, count: () => Promise<number>): Promise<Side> {
  await pause(warmSeconds * 1e3)
  const [before, usage, begun] = [await count(), processUsage(pid), performance.now()]
  await pause(steadySeconds * 1e3)
  const [after, then, ended] = [await count(), processUsage(pid), performance.now()]
  const seconds = (ended - begun) / 1e3
  return {
    envelopesPerSecond: (after - before) / seconds,
    cores: (then.cpuSeconds - usage.cpuSeconds) / seconds,
    residentMB: then.residentMB,
  }
}

async function bareSide(ending: Ending, plan: Plan): Promise<Side> {
  const bare = new Peer(ending, 'bare-ceiling.ts')
  const { port } = await bare.ask<{ port: number }>({ folder: temporaryFolder(ending) })
  const { gateways, valuesPerEnvelope } = plan
  const generator = new Generator(ending, { port, spool, window: gatewayWindow, acknowledgedBy: 'puback', gateways })
  const stored = async () => (await bare.ask<{ stored: number }>('count')).stored / valuesPerEnvelope
  const side = await steady(bare.child.pid ?? 0, stored)
  await generator.stop()
  bare.child.kill('SIGKILL')
  return side
}

async function wholeSide(ending: Ending, plan: Plan) {
  const centre = await startCentre(ending, temporaryFolder(ending), plan)
  const { gateways, valuesPerEnvelope } = plan
  const load = {
    port: centre.brokerPort,
    spool,
    window: gatewayWindow,
    acknowledgedBy: 'application',
    gateways,
  } as const
  const generator = new Generator(ending, load)
  const side = await steady(centre.pid, async () => (await generator.count()).acknowledged)
  const { published, acknowledged } = await generator.stop()
  const accounts = (await centre.ledger()).reduce((sum, row) => sum + row.stored, 0)
  await centre.running.kill('SIGTERM')
  await using series = await openDuckdbSeries({ folder: join(centre.data, 'series'), clock: systemClock })
  return {
    side,
    unacknowledged: (published - acknowledged) * valuesPerEnvelope,
    notInStore: acknowledged * valuesPerEnvelope - (await series.count()),
    notInLedger: acknowledged * valuesPerEnvelope - accounts,
  }
}

for (const size of sizes) {
  await bench(async (ending) => {
    const plan = await planOf(size)
    const bare = await bareSide(ending, plan)
    const { side, unacknowledged, notInStore, notInLedger } = await wholeSide(ending, plan)
    const values = (one: Side): number => Math.round(one.envelopesPerSecond * size)
    const load = readFileSync('/proc/loadavg', 'utf8').split(' ', 1)[0]
    const title = `Whole path, ${plan.gateways.length} connections, ${size} values an envelope, ${steadySeconds} s a side; load average ${load}`
    const targets = {
      values: size === 50 ? { atLeast: 300_000 } : {},
      envelopes: size === 5 ? { atLeast: 20_000 } : {},
    }
    const figures: Figure[] = [
      { what: 'values acknowledged a second', measured: values(side), unit: 'values/s', ...targets.values },
      {
        what: 'envelopes acknowledged a second',
        measured: Math.round(side.envelopesPerSecond),
        unit: '/s',
        ...targets.envelopes,
      },
      { what: 'bare Aedes -> JSON -> DuckDB', measured: values(bare), unit: 'values/s' },
      {
        what: 'whole path : bare',
        measured: side.envelopesPerSecond / bare.envelopesPerSecond,
        unit: '',
        atLeast: 0.5,
      },
      { what: 'cores: the centre', measured: side.cores, unit: '' },
      { what: 'cores: bare', measured: bare.cores, unit: '' },
      { what: 'resident memory of the centre', measured: side.residentMB, unit: 'MB' },
      { what: 'values published and not acknowledged in the end', measured: unacknowledged, unit: '', atMost: 0 },
      { what: 'values acknowledged and not in the ledger', measured: notInLedger, unit: '', atMost: 0 },
      { what: 'values acknowledged and not in the store', measured: notInStore, unit: '', atMost: 0 },
    ]
    printFigures(title, figures)
  })
}
