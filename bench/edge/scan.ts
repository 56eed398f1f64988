// 247 addresses of a serial line scanned, on the simulator's pseudo-terminal with a few terminals: the scan itself through the port that
// `civitals gateway scan` opens, and the whole command as a process, which also asks each found terminal what it is.
//   setup/with-node bench/edge/scan.ts
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../contracts/io/system-clock.ts'
import { characterMs, interFrameMs } from '../../firmware-bridge/modbus/timing.ts'
import { scanUnits } from '../../firmware-bridge/scanning/scan-units.ts'
import { dialSerial } from '../../firmware-bridge/wire/io/dial-serial.ts'
import { civitals, type Ending, start, temporaryFolder } from '../../test/stage/process.ts'
import { bench, type Figure, printFigures } from '../run.ts'

const planted = [1, 2, 17, 100, 247]
const all = Array.from({ length: 247 }, (_, place) => place + 1)
const mostSeconds = 10

async function scanned(path: string, baud: number): Promise<{ units: readonly number[]; seconds: number }> {
  const port = { kind: 'serial', path, baud } as const
  const begin = performance.now()
  const link = await dialSerial(port, systemClock)(new AbortController().signal)
  const timing = { characterMs: characterMs(port), gapMs: interFrameMs(port) }
  const { found } = await scanUnits({ link, clock: systemClock, ...timing, units: all }).finally(() => link.close())
  return { units: found.map(({ unit }) => unit), seconds: (performance.now() - begin) / 1000 }
}

interface Report {
  readonly settings: readonly { readonly tookMs: number; readonly units: readonly { readonly unit: number }[] }[]
}

async function commanded(ending: Ending, path: string, baud: number) {
  const begin = performance.now()
  const options = ['--serial', path, '--bauds', String(baud), '--parities', 'none', '--json']
  const command = civitals(ending, 'gateway', 'scan', ...options)
  await command.ended
  const seconds = (performance.now() - begin) / 1000
  const line = /^\{.*\}$/m.exec(command.output())?.[0]
  if (!line) throw new Error(`the command printed no report:\n${command.output()}`)
  const [setting]: Report['settings'] = (JSON.parse(line) as Report).settings
  return { units: setting?.units.map(({ unit }) => unit) ?? [], roundSeconds: (setting?.tookMs ?? 0) / 1000, seconds }
}

/** Planted and not found, or found and not planted. */
const differing = (units: readonly number[]): number =>
  planted.filter((unit) => !units.includes(unit)).length + units.filter((unit) => !planted.includes(unit)).length

await bench(async (ending) => {
  const folder = temporaryFolder(ending)
  for (const baud of [9600, 19_200, 115_200]) {
    const path = join(folder, `line-${baud}`)
    const peer = join(import.meta.dirname, 'peers/serial-terminals.ts')
    const server = start(ending, process.execPath, [peer, path, ...[baud, ...planted].map(String)])
    await server.prints(/ready/)
    const load = readFileSync('/proc/loadavg', 'utf8').split(' ')[0]
    const scan = await scanned(path, baud)
    const command = await commanded(ending, path, baud)
    server.child.stdin?.end()
    await server.ended
    const figures: Figure[] = [
      { what: 'scan of 247 addresses', measured: scan.seconds, unit: 's', atMost: mostSeconds },
      { what: 'missed or invented by the scan', measured: differing(scan.units), unit: '', atMost: 0 },
      { what: 'command: its scan of 247 addresses', measured: command.roundSeconds, unit: 's', atMost: mostSeconds },
      { what: 'command: missed or invented', measured: differing(command.units), unit: '', atMost: 0 },
      {
        what: `command: whole, ${planted.length} terminals compared with all profiles`,
        measured: command.seconds,
        unit: 's',
      },
    ]
    printFigures(`Scan at ${baud} baud, ${planted.length} terminals planted (load ${load})`, figures)
  }
})
