// How close a serial line comes to what its wire allows. In virtual time: twenty terminals polled as fast as the line carries it, by line
// runner, reader and line, against characters, silences and turnaround. On a pseudo-terminal: one read after the other of the simulator's
// line, libmodbus (C) and ours in turn, in the same run. libmodbus keeps no silence of 3.5 characters before a request, which the
// standard wants [MODBUS SERIAL 2.5.1.1]; so a libmodbus made to sleep it stands beside.
//   setup/with-node bench/edge/serial-line.ts [ROUNDS]
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compiled, libmodbusClient, missingLibmodbus } from '../../firmware-bridge/testing/libmodbus.ts'
import { type Ending, start, temporaryFolder } from '../../test/stage/process.ts'
import { bench, type Figure, median, printFigures } from '../run.ts'
import { pollOnWire } from './peers/virtual-wire.ts'

const rounds = Number(process.argv[2] ?? 3)
const bauds = [9600, 19_200, 115_200] as const
const reads = [10, 125] as const
const secondsPerRun = 2

/** Milliseconds of one read, 8N1: 8 and 5 + 2N characters, the silence before each frame, the turnaround [MODBUS SERIAL 2.5.1.1]. */
function theoreticalMs(baud: number, registers: number, turnaroundMs: number): number {
  const character = 10_000 / baud
  const silence = baud > 19_200 ? 1.75 : 3.5 * character
  return (8 + 5 + 2 * registers) * character + 2 * silence + turnaroundMs
}

for (const baud of bauds) {
  const figures: Figure[] = []
  for (const registers of reads) {
    for (const turnaroundMs of [0, 5, 20]) {
      const { readMs, leastSilenceMs } = await pollOnWire({ baud, registers, turnaroundMs })
      const what = `${registers} registers, turnaround ${turnaroundMs} ms`
      const share = (theoreticalMs(baud, registers, turnaroundMs) / readMs) * 100
      figures.push({ what: `${what}: of the theoretical rate`, measured: share, unit: '%', atLeast: 97 })
      figures.push({ what: `${what}: shortest silence before a request`, measured: leastSilenceMs, unit: 'ms' })
    }
  }
  printFigures(`Serial line at ${baud} baud, virtual time, 20 terminals for 30 s`, figures)
}

interface Run {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly failed: number
  readonly sum: number
}

/** Each `command` prints a run; reads of 1000 + n add up, or something answered wrong. */
function run(command: string, args: readonly string[], registers: number, count: number): Run {
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command}: ${stderr}`)
  const result: Run = JSON.parse(stdout)
  const right = count * (1000 * registers + (registers * (registers - 1)) / 2)
  if (result.failed > 0 || result.sum !== right) throw new Error(`${command} read wrong: ${stdout}`)
  return result
}

async function onPty(ending: Ending, folder: string, libmodbus: string, baud: number): Promise<Figure[]> {
  const path = join(folder, `line-${baud}`)
  const server = start(ending, process.execPath, [peer('serial-terminals.ts'), path, String(baud), '1'])
  await server.prints(/ready/)
  const silenceUs = Math.round((baud > 19_200 ? 1.75 : 35_000 / baud) * 1000)
  const figures: Figure[] = []
  for (const registers of reads) {
    const count = Math.max(6, Math.round((secondsPerRun * 1000) / theoreticalMs(baud, registers, 10)))
    const args = [path, baud, 1, registers, count].map(String)
    const runs = { plain: [] as Run[], silent: [] as Run[], ours: [] as Run[] }
    for (let round = 0; round < rounds; round++) {
      runs.plain.push(run(libmodbus, [...args, '0'], registers, count))
      runs.silent.push(run(libmodbus, [...args, String(silenceUs)], registers, count))
      runs.ours.push(run(process.execPath, [peer('serial-client.ts'), ...args], registers, count))
    }
    const rate = (all: readonly Run[]): number => count / median(all.map(({ seconds }) => seconds))
    const cpuMs = (all: readonly Run[]): number => (median(all.map(({ cpuSeconds }) => cpuSeconds)) / count) * 1000
    const [plain, silent, ours] = [rate(runs.plain), rate(runs.silent), rate(runs.ours)]
    const what = `${registers} registers`
    figures.push(
      { what: `${what}: libmodbus`, measured: plain, unit: 'reads/s' },
      { what: `${what}: libmodbus with the silence kept`, measured: silent, unit: 'reads/s' },
      { what: `${what}: ours`, measured: ours, unit: 'reads/s' },
      { what: `${what}: ours / libmodbus`, measured: ours / plain, unit: '', atLeast: 0.95 },
      { what: `${what}: the most a master that keeps the silence could reach`, measured: silent / plain, unit: '' },
      { what: `${what}: ours / libmodbus with the silence kept`, measured: ours / silent, unit: '' },
      { what: `${what}: CPU of libmodbus`, measured: cpuMs(runs.plain), unit: 'ms/read' },
      { what: `${what}: CPU of ours`, measured: cpuMs(runs.ours), unit: 'ms/read' },
    )
  }
  server.child.stdin?.end()
  await server.ended
  return figures
}

const peer = (name: string): string => join(import.meta.dirname, 'peers', name)
const load = (): string => readFileSync('/proc/loadavg', 'utf8').split(' ')[0] ?? ''

const missing = missingLibmodbus()
if (missing) console.log(`not measured on a pseudo-terminal: ${missing}`)
else
  await bench(async (ending) => {
    const folder = temporaryFolder(ending)
    const libmodbus = compiled(libmodbusClient, folder)
    for (const baud of bauds) {
      const before = load()
      const figures = await onPty(ending, folder, libmodbus, baud)
      const title = `Serial line at ${baud} baud on a pseudo-terminal, turnaround 5 to 15 ms, median of ${rounds}`
      printFigures(`${title} (load ${before})`, figures)
    }
  })
