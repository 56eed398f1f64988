// A hundred Modbus TCP terminals of a thousand points, every point read each second and every value sent: what the gateway takes of memory and
// processor. The edge bundle as it is installed, its code compiled (decision 009); spool on disk, Debian's mosquitto as broker, a centre that
// acknowledges; the terminals are a process of their own.
//   setup/with-node bench/edge/many-points.ts [SECONDS] [TERMINALS] [POINTS]
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { start, temporaryFolder } from '../../test/stage/process.ts'
import { bench, printFigures, processUsage, quantile } from '../run.ts'
import { acknowledgingCentre } from './peers/broker.ts'
import { buildBundle, profileOf, startInstalled } from './peers/installed.ts'

const [seconds = 30, terminals = 100, points = 1000] = process.argv.slice(2).map(Number)
const warmUpMs = 10_000

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

function configOf(folder: string, ports: readonly number[], broker: number): string {
  mkdirSync(join(folder, 'profiles/thousand'), { recursive: true })
  writeFileSync(join(folder, 'profiles/thousand/profile.yaml'), profileOf('thousand', points))
  writeFileSync(join(folder, 'password'), 'bench\n')
  const line = (port: number, at: number): string => `  - id: line-${at}
    transport: { kind: modbus-tcp, host: 127.0.0.1, port: ${port} }
    terminals: [ { id: t${at}, unit: 1, profile: thousand } ]`
  const file = join(folder, 'gateway.yaml')
  writeFileSync(
    file,
    `gateway: gw-bench
uplink: { url: 'mqtt://127.0.0.1:${broker}', passwordFile: ./password }
spool: { folder: ./spool }
profiles: ./profiles
poll: { alarm: 1s, normal: 1s, bulk: 1s }
lines:
${ports.map(line).join('\n')}
`,
  )
  return file
}

await bench(async (ending) => {
  const folder = temporaryFolder(ending)
  const centre = await acknowledgingCentre(ending, join(folder, 'broker'))
  const server = start(ending, process.execPath, [
    join(import.meta.dirname, 'peers/modbus-server.ts'),
    String(terminals),
  ])
  const [, text = '{}'] = await server.prints(/(\{"ports".*\})/, 10_000)
  const { ports } = JSON.parse(text) as { ports: readonly number[] }
  const gateway = startInstalled(ending, buildBundle(), configOf(folder, ports, centre.port), ['CIVITALS_NODE_FLAGS='])
  await gateway.prints(/gateway runs/, 20_000)
  await wait(warmUpMs)
  const pid = gateway.child.pid ?? 0
  const [before, counted, begun] = [processUsage(pid), centre.counts(), performance.now()]
  const resident: number[] = []
  while (performance.now() - begun < seconds * 1000) {
    await wait(500)
    resident.push(processUsage(pid).residentMB)
  }
  const [after, now, tookS] = [processUsage(pid), centre.counts(), (performance.now() - begun) / 1000]
  await gateway.kill('SIGTERM')
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
    { what: 'payload', measured: (now.bytes - counted.bytes) / tookS / 1e6, unit: 'MB/s' },
    { what: 'envelopes a second', measured: (now.envelopes - counted.envelopes) / tookS, unit: '' },
  ])
})
