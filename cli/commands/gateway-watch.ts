import { sleep } from '@civitals/contracts/clock'
import { durationMs } from '@civitals/contracts/duration'
import { CivitalsError } from '@civitals/contracts/errors'
import { systemClock } from '@civitals/contracts/system-clock'
import { readTerminal, type TerminalReading } from '@civitals/firmware-bridge/driver'
import { askingRules } from '@civitals/firmware-bridge/modbus/unit-rules'
import { TerminalPlanner } from '@civitals/firmware-bridge/planning/terminal-planner'
import { modbusPoints } from '@civitals/firmware-bridge/profile'
import { type Arguments, exitCodes, wholeNumber } from '../command.ts'
import { stopSignal } from '../io/stop-signal.ts'
import { printTransport } from '../technician/target.ts'
import { lineTo, terminalOf } from '../technician/terminal.ts'
import { WatchReport } from '../technician/watch-report.ts'

const shortestMs = 50

/** `civitals gateway watch`: a terminal's values as they change, until Ctrl-C or for `--count` rounds. */
export async function gatewayWatch(args: Arguments): Promise<number> {
  const everyMs = periodOf(String(args.options.every))
  const rounds = args.options.count === undefined ? Number.POSITIVE_INFINITY : wholeNumber(args, 'count', 1, 1e9)
  const target = await terminalOf(args)
  const { unit, profile } = target
  const points = modbusPoints(profile)
  const line = await lineTo(target)
  const planner = new TerminalPlanner({ line: line.pace, ...askingRules(profile) })
  const signal = stopSignal()
  const report = new WatchReport(points, process.stdout.columns)
  const title = `${printTransport(target.transport)}, unit ${unit}, ${profile.profile}`
  let complete = false
  for (let round = 1; !signal.aborted && round <= rounds; round++) {
    const begin = systemClock.mono()
    const reading = await readTerminal(line, unit, profile, points, signal, planner)
    if (signal.aborted) break
    complete = Object.keys(reading.quality).length === 0
    report.add(reading)
    process.stdout.write(printRound(args, report, title, reading, line.health))
    if (round < rounds)
      await sleep(systemClock, Math.max(0, begin + everyMs - systemClock.mono()), signal).catch(() => undefined)
  }
  await line.close()
  return signal.aborted || complete ? exitCodes.done : exitCodes.failed
}

function printRound(
  args: Arguments,
  report: WatchReport,
  title: string,
  reading: TerminalReading,
  health: Parameters<WatchReport['json']>[2],
): string {
  const now = systemClock.now()
  if (args.options.json) return report.json(now, reading, health)
  if (!process.stdout.isTTY) return report.row(now, reading)
  // Home, then each line to its end, then what stood below: redrawn without flicker.
  const screen = report.screen(`${title}, ${timeOfDay(now)}`, reading, health)
  return `\x1b[H${screen.replaceAll('\n', '\x1b[K\n')}\x1b[J`
}

/** By the clock on the wall of whoever watches. */
const timeOfDay = (at: number): string => new Date(at).toTimeString().slice(0, 8)

function periodOf(text: string): number {
  try {
    return Math.max(shortestMs, durationMs(text))
  } catch (cause) {
    throw new CivitalsError('CIV_CLI_USAGE', `--every takes 500ms, 1s or 1min, not ${text}`, { cause })
  }
}
