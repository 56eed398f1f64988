// The edge bundle as it is installed: 64 terminals of 6 points polled every second, on its own Node, with no npm and no network.
//   setup/with-node bench/edge/bundle.ts [SECONDS]
import { globSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Ending, start, temporaryFolder } from '../../test/stage/process.ts'
import { bench, median, printFigures, processUsage } from '../run.ts'
import { acknowledgingCentre } from './peers/broker.ts'
import { buildBundle, profileOf, startInstalled } from './peers/installed.ts'

const seconds = Number(process.argv[2] ?? 60)
const terminals = 64
const lines = 4
const monthSeconds = 30 * 86_400

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function modbusPorts(ending: Ending): Promise<number[]> {
  const server = start(ending, process.execPath, [join(import.meta.dirname, 'peers/modbus-server.ts'), String(lines)])
  const [, text] = await server.prints(/(\{"ports".*\})/, 10_000)
  return JSON.parse(text ?? '{}').ports
}

/** A configuration whose terminals have six points at a second each. */
function configOf(folder: string, ports: readonly number[], broker: number, metered: boolean): string {
  mkdirSync(join(folder, 'profiles/six-points'), { recursive: true })
  writeFileSync(join(folder, 'profiles/six-points/profile.yaml'), profileOf('six-points', 6))
  writeFileSync(join(folder, 'password'), 'bench\n')
  const entries = ports.map((port, line) => {
    const mine = Array.from(
      { length: terminals / lines },
      (_, at) => `      - { id: t-${line}-${at}, unit: ${at + 1}, profile: six-points }`,
    )
    return `  - id: line-${line}\n    transport: { kind: modbus-tcp, host: 127.0.0.1, port: ${port} }\n    terminals:\n${mine.join('\n')}`
  })
  const text = `gateway: gw-bench
uplink: { url: 'mqtt://127.0.0.1:${broker}', passwordFile: ./password, metered: ${metered} }
spool: { folder: ./spool }
profiles: ./profiles
poll: { alarm: 1s, normal: 1s, bulk: 1s }
lines:
${entries.join('\n')}
`
  const file = join(folder, 'gateway.yaml')
  writeFileSync(file, text)
  return file
}

interface Run {
  readonly firstMs: number
  readonly residentMB: number
  readonly cpuPercent: number
  readonly readingsPerSecond: number
  readonly bytesPerMonth: number
}

async function measure(ending: Ending, folder: string, bundle: string, metered: boolean, span: number): Promise<Run> {
  const centre = await acknowledgingCentre(ending, join(folder, 'broker'))
  const config = configOf(folder, await modbusPorts(ending), centre.port, metered)
  const startedAt = performance.now()
  const gateway = startInstalled(ending, bundle, config)
  while (centre.firstReadingAt() === undefined && performance.now() - startedAt < 20_000) await wait(2)
  const firstMs = (centre.firstReadingAt() ?? Number.NaN) - startedAt
  await wait(10_000)
  const pid = gateway.child.pid ?? 0
  const [before, counted] = [processUsage(pid), centre.counts()]
  await wait(span * 1000)
  const [after, now] = [processUsage(pid), centre.counts()]
  await gateway.kill('SIGTERM')
  return {
    firstMs,
    residentMB: after.residentMB,
    cpuPercent: ((after.cpuSeconds - before.cpuSeconds) / span) * 100,
    readingsPerSecond: (now.readings - counted.readings) / span,
    // Payload, and per envelope the topic, the MQTT and TCP/IP headers of publish and acknowledgements, rounded up.
    bytesPerMonth: ((now.bytes - counted.bytes + (now.envelopes - counted.envelopes) * 300) / span) * monthSeconds,
  }
}

await bench(async (ending) => {
  const bundle = buildBundle()
  const beside = globSync('**/*', { cwd: bundle })
    .filter((file) => file !== 'bin/node')
    .map((file) => statSync(join(bundle, file)))
    .reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0)
  const firsts: number[] = []
  for (let run = 0; run < 2; run++)
    firsts.push((await measure(ending, temporaryFolder(ending), bundle, false, 1)).firstMs)
  const free = await measure(ending, temporaryFolder(ending), bundle, false, seconds)
  const metered = await measure(ending, temporaryFolder(ending), bundle, true, seconds)
  printFigures(`Edge bundle, ${terminals} terminals x 6 points at 1 s, ${seconds} s`, [
    { what: 'unpacked beside the Node binary', measured: beside / 1e6, unit: 'MB', atMost: 12 },
    { what: 'resident memory', measured: free.residentMB, unit: 'MB', atMost: 80 },
    { what: 'processor', measured: free.cpuPercent, unit: '% of one core', atMost: 5 },
    {
      what: 'start to first reading at the broker, median of 3',
      measured: median([...firsts, free.firstMs]),
      unit: 'ms',
      atMost: 1000,
    },
    { what: 'readings a second at the centre', measured: free.readingsPerSecond, unit: '' },
    { what: 'metered link: traffic a month', measured: metered.bytesPerMonth / 1e9, unit: 'GB', atMost: 1 },
    { what: 'metered link: resident memory', measured: metered.residentMB, unit: 'MB', atMost: 80 },
    { what: 'metered link: readings a second at the centre', measured: metered.readingsPerSecond, unit: '' },
  ])
})
