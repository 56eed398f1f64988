import { CivitalsError } from '@civitals/contracts/errors'
import { nearest } from '@civitals/contracts/nearest'
import { systemClock } from '@civitals/contracts/system-clock'
import { readTerminal } from '@civitals/firmware-bridge/driver'
import type { ModbusLine } from '@civitals/firmware-bridge/modbus'
import type { ModbusPoint, ModbusProfile } from '@civitals/firmware-bridge/profile'
import { type EncodedWrite, encodeWrite } from '@civitals/firmware-bridge/writing'
import { type Arguments, exitCodes } from '../command.ts'
import { confirmed } from '../io/ask.ts'
import { note, whoRuns } from '../io/audit-log.ts'
import { stopSignal } from '../io/stop-signal.ts'
import { failureInWords, printValue, symbolOf } from '../technician/point-report.ts'
import { printTransport } from '../technician/target.ts'
import { lineTo, type TerminalTarget, terminalOf } from '../technician/terminal.ts'

/** What came of a write: noted, printed, and the exit code. */
interface Written {
  readonly result: string
  readonly done: boolean
  /** Read back afterwards; absent when it could not be. */
  readonly value?: number
}

/** `civitals gateway write`: one point, only where the profile allows it, noted before and after, read back. */
export async function gatewayWrite(args: Arguments): Promise<number> {
  const target = await terminalOf(args)
  const point = pointOf(args, target.profile)
  const encoded = encodeWrite(target.unit, point, numberOf(args))
  if (!encoded.ok) throw usage(encoded.why)
  if (!args.options.yes && !process.stdin.isTTY) throw usage('nobody can be asked here: add --yes')
  const line = await lineTo(target)
  const signal = stopSignal()
  try {
    return await write({ args, target, point, encoded, line, signal })
  } finally {
    await line.close()
  }
}

interface Order {
  readonly args: Arguments
  readonly target: TerminalTarget
  readonly point: ModbusPoint
  readonly encoded: Extract<EncodedWrite, { ok: true }>
  readonly line: ModbusLine
  readonly signal: AbortSignal
}

async function write({ args, target, point, encoded, line, signal }: Order): Promise<number> {
  const { transport, unit, profile } = target
  const present = await readTerminal(line, unit, profile, [point], signal)
  const before = present.values[point.id]
  const { failure } = present
  if (failure) {
    process.stderr.write(`${point.id} was not written: it cannot be read. ${failureInWords(failure)}\n`)
    return exitCodes.failed
  }
  const change = `${printTransport(transport)}, unit ${unit}, ${point.id}: ${shown(before, point)} -> ${shown(encoded.value, point)}`
  if (!(args.options.yes || (await confirmed(`${change}\nIt moves real things. Write it?`, signal)))) {
    process.stderr.write('not written\n')
    return exitCodes.failed
  }
  const audit = String(args.options.audit)
  const entry = {
    ...{ time: new Date(systemClock.now()).toISOString(), user: whoRuns(), line: printTransport(transport), unit },
    ...{ profile: profile.profile, point: point.id, before: before ?? null, after: encoded.value },
    raw: encoded.words,
  }
  await note(audit, { ...entry, result: 'begun' })
  const written = await send(target, point, encoded, line, signal)
  await note(audit, { ...entry, time: new Date(systemClock.now()).toISOString(), ...noted(written) })
  if (args.options.json) process.stdout.write(`${JSON.stringify({ ...entry, ...noted(written) })}\n`)
  else process.stdout.write(`${change}\n${written.result}, noted in ${audit}\n`)
  return written.done ? exitCodes.done : exitCodes.failed
}

const noted = ({ result, value }: Written) => ({ result, ...(value !== undefined && { readBack: value }) })

/** Writes, and whatever the terminal said to it, looks what it has now: a confirmation that was lost is no refusal. */
async function send(
  { unit, profile }: TerminalTarget,
  point: ModbusPoint,
  encoded: Order['encoded'],
  line: ModbusLine,
  signal: AbortSignal,
): Promise<Written> {
  const outcome = await line.transact(encoded.request)
  if (!outcome.ok && outcome.kind === 'exception') return { result: failureInWords(outcome), done: false }
  const { values } = await readTerminal(line, unit, profile, [point], signal)
  const value = values[point.id]
  const said = outcome.ok ? '' : `the write was not confirmed (${outcome.kind}), but `
  if (value === undefined)
    return { result: `${outcome.ok ? 'confirmed' : said.slice(0, -6)}, and it cannot be read back`, done: false }
  const taken = Math.abs(value - encoded.value) <= point.resolution / 2
  return {
    result: `${said}${taken ? 'reads back' : 'reads back another value:'} ${shown(value, point)}`,
    done: taken,
    value,
  }
}

const shown = (value: number | undefined, point: ModbusPoint): string =>
  value === undefined ? 'no value' : `${printValue(value, point)} ${symbolOf(point.unit)}`.trimEnd()

function pointOf(args: Arguments, { profile, points }: ModbusProfile): ModbusPoint {
  const { point: id } = args.options
  const writable = points.filter((point) => point.write).map((point) => point.id)
  const may = writable.length > 0 ? `${profile} allows ${writable.join(', ')}` : `${profile} allows none to be written`
  if (typeof id !== 'string') throw usage(`--point ID is needed; ${may}`)
  const found = points.find((point) => point.id === id)
  if (found?.write) return found
  const near = nearest(id, writable)
  throw usage(found ? `${id} may not be written; ${may}` : `no point ${id}; ${near ? `did you mean ${near}?` : may}`)
}

function numberOf(args: Arguments): number {
  const text = args.options.value
  const value = typeof text === 'string' && text.trim() !== '' ? Number(text) : Number.NaN
  if (Number.isFinite(value)) return value
  throw usage(`--value takes a number, not ${String(text)}`)
}

const usage = (message: string): CivitalsError => new CivitalsError('CIV_CLI_USAGE', message)
