import { CivitalsError } from '@civitals/contracts/errors'
import { readTerminal } from '@civitals/firmware-bridge/driver'
import type { ModbusRead, ModbusTable } from '@civitals/firmware-bridge/modbus'
import { modbusPoints } from '@civitals/firmware-bridge/profile'
import { decodesOf } from '@civitals/firmware-bridge/scanning/decodes'
import { type Arguments, exitCodes, wholeNumber } from '../command.ts'
import { stopSignal } from '../io/stop-signal.ts'
import { failureInWords, printPoints, reportsOf } from '../technician/point-report.ts'
import { textWidth, wrap } from '../technician/print.ts'
import { printBits, printDecodes } from '../technician/scan-report.ts'
import { printTransport } from '../technician/target.ts'
import { bareTerminalOf, lineTo, terminalOf } from '../technician/terminal.ts'

const tables = ['coil', 'discrete', 'holding', 'input'] as const satisfies readonly ModbusTable[]

/** `civitals gateway read`: every point of a terminal once, or bare registers with every number they could be. */
export async function gatewayRead(args: Arguments): Promise<number> {
  return args.options.function === undefined ? await readPoints(args) : await readRaw(args, args.options.function)
}

async function readPoints(args: Arguments): Promise<number> {
  const target = await terminalOf(args)
  const { transport, unit, profile } = target
  const line = await lineTo(target)
  const points = modbusPoints(profile)
  const reading = await readTerminal(line, unit, profile, points, stopSignal())
  await line.close()
  const { at, failure } = reading
  const reports = reportsOf(points, reading)
  if (args.options.json) {
    const time = at === undefined ? {} : { at: new Date(at).toISOString() }
    const found = { line: printTransport(transport), unit, profile: profile.profile, ...time, points: reports }
    process.stdout.write(`${JSON.stringify({ ...found, ...(failure && { failure }) })}\n`)
  } else {
    process.stdout.write(`${printTransport(transport)}, unit ${unit}, ${profile.profile}\n`)
    process.stdout.write(printPoints(points, reports))
    if (failure) process.stdout.write(`${wrap(failureInWords(failure), textWidth).join('\n')}\n`)
  }
  return reports.every(({ quality }) => quality === 'good') ? exitCodes.done : exitCodes.failed
}

async function readRaw(args: Arguments, table: string | true): Promise<number> {
  const places = placesOf(args, table)
  const target = await bareTerminalOf(args)
  const { transport, unit } = target
  const line = await lineTo(target)
  const outcome = await line.transact({ ...places, unit }, stopSignal())
  await line.close()
  const decodes = outcome.ok && 'registers' in outcome ? decodesOf(places.address, outcome.registers) : undefined
  if (args.options.json) {
    const got = decodes ? { registers: decodes } : outcome
    process.stdout.write(`${JSON.stringify({ line: printTransport(transport), unit, ...places, ...got })}\n`)
  } else {
    process.stdout.write(`${printTransport(transport)}, unit ${unit}, ${places.function} from ${places.address}\n`)
    if (decodes) process.stdout.write(printDecodes(decodes))
    else if (outcome.ok && 'bits' in outcome) process.stdout.write(printBits(places.address, outcome.bits))
    else if (!outcome.ok) process.stdout.write(`${failureInWords(outcome)}\n`)
  }
  return outcome.ok ? exitCodes.done : exitCodes.failed
}

/** What `--function`, `--address` and `--count` ask for, within what one request can bring [MODBUS 6.1-6.4]. */
function placesOf(args: Arguments, name: string | true): Omit<ModbusRead, 'unit'> {
  const table = tables.find((one) => one === name)
  if (!table)
    throw new CivitalsError('CIV_CLI_USAGE', `--function takes coil, discrete, holding or input, not ${String(name)}`)
  const address = wholeNumber(args, 'address', 0, 65535)
  const most = table === 'coil' || table === 'discrete' ? 2000 : 125
  return { function: table, address, count: wholeNumber(args, 'count', 1, Math.min(most, 65536 - address)) }
}
