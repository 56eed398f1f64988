// A hundred Modbus TCP terminals of a thousand points, every point read each second and every value sent: what the gateway takes of memory and
// processor. Spool on disk, Debian's mosquitto as broker, a centre that acknowledges; the terminals are a process of their own.
//   setup/with-node bench/edge/many-points.ts [SECONDS] [TERMINALS] [POINTS]
import { join } from 'node:path'
import { start, temporaryFolder } from '../../test/stage/process.ts'
import { bench, printFigures, processUsage, quantile } from '../run.ts'
import { acknowledgingCentre } from './peers/broker.ts'

const [seconds = 30, terminals = 100, points = 1000] = process.argv.slice(2).map(Number)
const warmUpMs = 10_000

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

await bench(async (ending) => {
  const folder = temporaryFolder(ending)
  const centre = await acknowledgingCentre(ending, join(folder, 'broker'))
  const server = start(ending, process.execPath, [
    join(import.meta.dirname, 'peers/modbus-server.ts'),
    String(terminals),
  ])
  const [, text = '{}'] = await server.prints(/(\{"ports".*\})/, 10_000)
  const { ports } = JSON.parse(text) as { ports: readonly number[] }
  const profiled = process.env.CPU_PROF ? ['--cpu-prof', `--cpu-prof-dir=${process.env.CPU_PROF}`] : []
  const gateway = start(ending, 'env', [
    'MALLOC_ARENA_MAX=1',
    process.execPath,
    // As `civitals gateway run` starts it on an edge box.
    '--disable-warning=ExperimentalWarning',
    '--max-semi-space-size=1',
    ...profiled,
    join(import.meta.dirname, 'peers/many-points-gateway.ts'),
    ...[folder, centre.port, points, ...ports].map(String),
  ])
  await gateway.prints(/gateway runs/, 20_000)
  await wait(warmUpMs)
  gateway.child.kill('SIGUSR2')
  const pid = gateway.child.pid ?? 0
  const [before, counted, begun] = [processUsage(pid), centre.counts(), performance.now()]
  const resident: number[] = []
  while (performance.now() - begun < seconds * 1000) {
    await wait(500)
    resident.push(processUsage(pid).residentMB)
  }
  const [after, now, tookS] = [processUsage(pid), centre.counts(), (performance.now() - begun) / 1000]
  await gateway.kill('SIGTERM')
  const [, , p99, most] = /delay p50 ([\d.]+) p99 ([\d.]+) max ([\d.]+) ms/.exec(gateway.output()) ?? []
  const wanted = terminals * points
  printFigures(`${terminals} Modbus TCP terminals x ${points} points at 1 s, ${seconds} s; spool on disk, mosquitto`, [
    {
      what: 'points a second at the centre',
      measured: (now.readings - counted.readings) / tookS,
      unit: '',
      atLeast: wanted * 0.99,
    },
    { what: 'resident memory, most', measured: Math.max(...resident), unit: 'MB', atMost: 250 },
    { what: 'resident memory, median', measured: quantile(resident, 0.5), unit: 'MB' },
    {
      what: 'processor',
      measured: ((after.cpuSeconds - before.cpuSeconds) / tookS) * 100,
      unit: '% of one core',
      atMost: 100,
    },
    { what: 'polls late by, 99 in 100 (event loop delay, 5 ms of it the sampling)', measured: Number(p99), unit: 'ms' },
    { what: 'polls late by, most', measured: Number(most), unit: 'ms' },
    { what: 'payload', measured: (now.bytes - counted.bytes) / tookS / 1e6, unit: 'MB/s' },
    { what: 'envelopes a second', measured: (now.envelopes - counted.envelopes) / tookS, unit: '' },
  ])
})
